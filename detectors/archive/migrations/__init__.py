"""How the tables of a case store came to be, one file a step; run by Alembic."""
