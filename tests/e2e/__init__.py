"""The whole command from outside: real processes, real git, a real HTTP AWS, and plain boto3 to say what is true."""
