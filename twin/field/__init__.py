"""Who acts on the street: officers, sticker crews and tow trucks that travel, queue and work."""
