"""A team's set-up: where its repository lives, and the files that make a forge, its CI and AWS know changectl."""
