"""The ordering ``program``: members chosen together with their kernel, by what each adds to the shared program."""
