"""The command `sage-active doctor`: what a service really does where the published sources leave it open."""
