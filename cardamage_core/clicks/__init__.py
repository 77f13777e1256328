"""Clicks inside and outside of a thing become its outline: by a small network, a SAM pair of files, or GrabCut."""
