"""A door of our own to the portal: signs staff in without accounts of Windmill, and passes their requests on to the scripts."""
