"""The doors a person uses: the command line, later the web."""
