-- A new tenant's vectors come from a model that the endpoint of .env.example offers. Before, it was the model that only the demo serves, so no
-- document was read and no search worked until somebody changed it. Tenants that are there keep theirs; f/ingest/change_model moves one.
alter table tenants alter column embedding_model set default 'text-embedding-3-small';
