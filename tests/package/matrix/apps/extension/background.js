// Nothing to do: by it the test learns the address of the extension.
