"""`python -m reconciler` is `groupctl`."""

from reconciler.cli import main

if __name__ == "__main__":
    main()
