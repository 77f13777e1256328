"""Drawing and correcting regions on a canvas, for every page that shows one."""
