"""What a region on a photo is."""
