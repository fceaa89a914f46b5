"""Random invoices and credit notes of four countries, the same at each run, and what must hold of each of them."""
