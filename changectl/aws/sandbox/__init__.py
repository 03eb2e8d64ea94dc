"""The sandbox: a pretend AWS account on this machine, with the production of Unicorn Rentals in it."""
