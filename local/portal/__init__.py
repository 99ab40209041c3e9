"""The tenants' portal on this machine: the same app and the same scripts as in Windmill, behind a page to choose who one is."""
