"""The command `sage-active audit`: reads a company as the source does, and proves its books against themselves."""
