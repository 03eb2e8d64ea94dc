"""`python -m changectl` is `changectl`."""

from changectl.cli.main import main

if __name__ == "__main__":
    main()
