"""The processes of the stack: started, recorded, watched and ended."""
