-- Knowledge: where documents come from, documents, their live chunks and vectors, and the staging of a version that is not whole yet.

create table embedding_models (
    id                smallint generated always as identity primary key,
    name              text not null unique,
    dimensions        int not null check (dimensions between 1 and 4000),
    passage_model     text not null,                      -- the model's name on the wire for passages
    query_model       text not null,                      -- and for questions: the E5 family wants another prefix for each
    floor             real not null                       -- below this relevance the answer is "I don't know"; calibrated per model
);

-- Web pages as a source: read again and again, each page a document that is replaced when its text has changed. See 013_sources.sql.
create table knowledge_sources (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    kind              text not null check (kind in ('page', 'sitemap', 'crawl')),
    url               text not null,
    max_pages         int not null default 50 check (max_pages between 1 and 2000),
    refresh_hours     int not null default 24 check (refresh_hours between 1 and 8760),
    state             text not null default 'new' check (state in ('new', 'reading', 'ready', 'failed')),
    error             jsonb,                              -- a code with values: f/common/problems.py
    warnings          jsonb not null default '[]',        -- codes with values: what was not read
    pages             int,                                -- with text, at the last reading
    next_read_at      timestamptz not null default now(),
    read_at           timestamptz,
    created_at        timestamptz not null default now(),
    unique (tenant_id, url)
);

create table documents (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    title             text not null,
    filename          text not null,
    media_type        text,
    sha256            bytea not null,
    size_bytes        bigint not null,
    content           bytea not null,
    state             text not null default 'received' check (state in ('received', 'processing', 'ready', 'failed')),
    error             jsonb,                              -- a code with values: f/common/problems.py
    warnings          jsonb not null default '[]',        -- codes with values: what was not read
    pages             int,
    chunks            int,
    chunks_embedded   int,
    language          text,                               -- a text-search configuration of 008, without its 'words_'
    version           int not null default 1,
    replaces          uuid,                               -- the document that goes when this one is whole
    origin            text not null default 'upload' check (origin in ('upload', 'web', 'qa_pairs')),
    source_id         uuid references knowledge_sources on delete cascade,
    source_url        text,                               -- the page's address
    restarts          int not null default 0,             -- how often its ingestion was started again because it had stood still
    run_id            uuid,
    uploaded_by       text,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    unique (tenant_id, sha256)
);
create index documents_by_source on documents (source_id) where source_id is not null;
create index documents_unread on documents (updated_at) where state in ('received', 'processing');

create table document_pages (
    document_id       uuid not null references documents on delete cascade,
    tenant_id         uuid not null references tenants on delete cascade,
    page              int not null,                       -- from 1
    label             text not null,                      -- how the document itself numbers it; '' where that's no different
    text              text not null,
    headings          jsonb not null,                     -- what the document declares as headings, [{level, title}]
    primary key (document_id, page)
);

create table chunks (
    id                bigint generated always as identity primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    document_id       uuid not null references documents on delete cascade,
    version           int not null,
    ordinal           int not null,
    page              int not null,
    char_start        int not null,                       -- within the page's text
    char_end          int not null,                       -- within the text of page_end
    page_end          int not null,
    heading           text not null default '',
    tokens            int not null,
    text              text not null,
    language          text not null,
    words             tsvector not null,
    unique (document_id, version, ordinal),
    constraint chunks_of_tenant unique (tenant_id, id)
);

-- Vectors stand beside their chunks, a row for each model, so that a tenant can change its model while the old vectors go on answering,
-- and so that an exact scan of a tenant reads vectors only.
--
-- In partitions by tenant: an index of one partition finds a tenant's vectors among its few neighbours', not among everybody's. Tried at
-- 300,000 chunks: one index for all returned too few or the wrong rows for the sizes in the middle, or took 40 ms and more.
create table chunk_embeddings (
    model_id          smallint not null references embedding_models,
    chunk_id          bigint not null,
    tenant_id         uuid not null,
    embedding         vector not null,
    primary key (tenant_id, model_id, chunk_id),
    foreign key (tenant_id, chunk_id) references chunks (tenant_id, id) on delete cascade
) partition by hash (tenant_id);
create index chunk_embeddings_by_chunk on chunk_embeddings (tenant_id, chunk_id);
do $$
begin
    for part in 0..31 loop
        execute format('create table chunk_embeddings_%s partition of chunk_embeddings for values with (modulus 32, remainder %s)', part, part);
        perform isolate(format('chunk_embeddings_%s', part)::regclass);
    end loop;
end $$;

create table staged_chunks (
    document_id       uuid not null references documents on delete cascade,
    ordinal           int not null,
    tenant_id         uuid not null references tenants on delete cascade,
    page              int not null,
    char_start        int not null,
    page_end          int not null,
    char_end          int not null,
    heading           text not null,
    tokens            int not null,
    text              text not null,
    model_id          smallint references embedding_models,
    embedding         vector,
    primary key (document_id, ordinal)
);

select isolate('knowledge_sources'), isolate('documents'), isolate('document_pages'), isolate('chunks'), isolate('chunk_embeddings'),
       isolate('staged_chunks');
alter table embedding_models owner to chatbot_owner;

grant select on embedding_models, chunks, chunk_embeddings to chatbot_app;
grant insert on chunk_embeddings to chatbot_app;
grant select, insert, update, delete on knowledge_sources, documents, document_pages, staged_chunks to chatbot_app;

-- The documents that go when this one is whole: those that it replaces, one after the other, and other versions of the same web page or of
-- the same questions and answers, but for those that are to replace this one.
create function superseded_by(p_document uuid) returns setof uuid
    language sql stable set search_path = public, pg_temp as $$
    with recursive this as (
        select * from documents where id = p_document
    ), older as (
        select replaces as id from this where replaces is not null
        union select d.replaces from documents d join older on d.id = older.id where d.replaces is not null
    ), newer as (
        select d.id from documents d where d.replaces = p_document
        union select d.id from documents d join newer on d.replaces = newer.id
    )
    select id from older
    union
    select d.id from documents d join this on d.tenant_id = this.tenant_id and d.origin = this.origin and d.id <> this.id
        and d.source_id is not distinct from this.source_id and d.source_url is not distinct from this.source_url
    where this.origin <> 'upload' and d.id not in (select id from newer)
$$;

-- Guarantee 7: the old version answers until the new one is whole. One transaction swaps the chunks, the vectors and the replaced documents.
-- In the document's language. Returns -1, and changes nothing, where the vectors are of a model that the tenant has left meanwhile.
create function publish_document(p_document uuid) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    doc documents;
    published int;
begin
    perform pg_advisory_xact_lock(7202612, hashtext(current_tenant()::text));
    select * into doc from documents where id = p_document and tenant_id = current_tenant() for update;
    if not found then
        raise exception 'document % does not exist', p_document using errcode = 'no_data_found';
    end if;
    if not exists (select from staged_chunks where document_id = p_document) then
        -- A step that runs twice finds its work done.
        return (select count(*) from chunks where document_id = p_document);
    end if;
    if exists (select from staged_chunks where document_id = p_document and embedding is null) then
        raise exception 'document % still has chunks without a vector', p_document;
    end if;
    if exists (select from staged_chunks s where s.document_id = p_document and s.model_id is distinct from
               (select m.id from embedding_models m join tenants t on t.embedding_model = m.name where t.id = doc.tenant_id)) then
        return -1;
    end if;
    delete from chunks where document_id = p_document;
    delete from documents where tenant_id = doc.tenant_id and id in (select superseded_by(p_document));
    doc.language := coalesce(
        (select language_of(string_agg(text, ' ' order by ordinal)) from (
            select text, ordinal from staged_chunks where document_id = p_document order by ordinal limit 12) s),
        (select language from tenant_languages where tenant_id = doc.tenant_id order by chunks desc limit 1), 'simple');
    with moved as (
        delete from staged_chunks where document_id = p_document returning *
    ), stored as (
        insert into chunks (tenant_id, document_id, version, ordinal, page, char_start, page_end, char_end, heading, tokens, text, language, words)
        select tenant_id, document_id, doc.version, ordinal, page, char_start, page_end, char_end, heading, tokens, text, doc.language,
               setweight(words_of(doc.language, concat_ws(' ', doc.title, heading)), 'A') || words_of(doc.language, text)
        from moved order by ordinal
        returning id, tenant_id, ordinal
    ), vectors as (
        insert into chunk_embeddings (model_id, chunk_id, tenant_id, embedding)
        select m.model_id, s.id, s.tenant_id, m.embedding from stored s join moved m using (ordinal)
        returning 1
    )
    select count(*) into published from vectors;
    update documents set state = 'ready', error = null, chunks = published, chunks_embedded = published, language = doc.language, restarts = 0,
        replaces = null, updated_at = now() where id = p_document;
    return published;
end $$;
select own_functions('publish_document');
grant execute on function publish_document to chatbot_app;

-- A new version of a document keeps the vectors of the passages that have not changed. Returns how many were kept.
create function reuse_vectors(p_document uuid) returns int
    language plpgsql set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    reused int;
begin
    update staged_chunks s set embedding = e.embedding, model_id = e.model_id
        from documents d
        join documents before on before.id in (d.id, d.replaces) and before.title = d.title
        join chunks c on c.document_id = before.id
        join chunk_embeddings e on e.tenant_id = c.tenant_id and e.chunk_id = c.id
        join embedding_models m on m.id = e.model_id
        join tenants t on t.id = d.tenant_id and t.embedding_model = m.name
        where d.id = p_document and s.document_id = d.id and s.embedding is null and s.text = c.text and s.heading = c.heading;
    get diagnostics reused = row_count;
    return reused;
end $$;

-- A tenant changes its embedding model: the new vectors are made beside the old ones, which answer until all of them are there.
create function switch_embedding_model(p_model smallint) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform pg_advisory_xact_lock(7202612, hashtext(current_tenant()::text));
    if exists (select from chunks c where c.tenant_id = current_tenant() and not exists (
            select from chunk_embeddings e where e.tenant_id = c.tenant_id and e.model_id = p_model and e.chunk_id = c.id)) then
        return false;
    end if;
    update tenants set embedding_model = (select name from embedding_models where id = p_model) where id = current_tenant();
    delete from chunk_embeddings where tenant_id = current_tenant() and model_id <> p_model;
    return true;
end $$;
select own_functions('switch_embedding_model');
grant execute on function switch_embedding_model to chatbot_app;

-- An index for a model's vectors. Called once for each row of embedding_models. Above 2,000 dimensions an index needs half precision.
-- With pgvector's own ef_construction, 64, whole clusters of a tenant's vectors could not be reached in a large graph, however widely one
-- searched; with 200 none was missed (bench/README.md).
create function index_embedding_model(p_model smallint) returns void
    language plpgsql set search_path = public, pg_temp as $$
declare
    model embedding_models;
    kind text;
begin
    select * into strict model from embedding_models where id = p_model;
    kind := case when model.dimensions > 2000 then 'halfvec' else 'vector' end;
    execute format('create index %I on chunk_embeddings using hnsw ((embedding::%s(%s)) %s_cosine_ops) '
                   'with (ef_construction = 200) where model_id = %s',
                   'chunk_embeddings_model_' || model.id, kind, model.dimensions, kind, model.id);
end $$;
select own_functions('index_embedding_model');

-- The floors are calibrated per model: the E5 family's cosines live in a narrow band near 0.85, others' do not.
insert into embedding_models (name, dimensions, passage_model, query_model, floor) values
    ('multilingual-e5-small', 384, 'e5-passage', 'e5-query', 0.855),
    ('text-embedding-3-small', 1536, 'text-embedding-3-small', 'text-embedding-3-small', 0.30);
select index_embedding_model(id) from embedding_models;
-- The floor holds for this mixture of 0.15 x coverage, for this model; `make calibrate` finds it from questions and passages.
comment on column embedding_models.floor is 'least relevance of an answer; see bench/calibrate.py';
