"""Made-up companies in the vendors' raw shapes. Nothing here is imported by a check."""
