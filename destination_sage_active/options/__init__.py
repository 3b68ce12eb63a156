"""What a user may say of streams and of final acts."""
