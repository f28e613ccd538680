"""What sound and picture cost and how fast they are, ours beside stock aiortc and beside Janus."""
