"""Every figure of the annual report from individual records. Reads every module; writes nothing of theirs."""
