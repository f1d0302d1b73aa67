"""The figures of one portfolio: beside another library, and after an entry that came late."""
