"""Where clips come from: folders, tables, caption lists."""
