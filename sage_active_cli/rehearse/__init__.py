"""The command `sage-active rehearse`: what a service makes of writes, tried on records that are deleted again."""
