"""``python -m quantquake``: the command line where the script is not on the path."""

from quantquake.app.cli import main

if __name__ == "__main__":
    main()
