"""From a user's tables to every forced trader on one axis: `quantquake flows`."""
