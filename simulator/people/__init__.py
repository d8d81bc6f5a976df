"""What a person in the workspace can see and do."""
