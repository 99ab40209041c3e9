-- Knowledge: documents, their live chunks and vectors, and the staging of a version that is not whole yet.

create table embedding_models (
    id                smallint generated always as identity primary key,
    name              text not null unique,
    dimensions        int not null check (dimensions between 1 and 4000),
    passage_model     text not null,                      -- the model's name on the wire for passages
    query_model       text not null,                      -- and for questions: the E5 family wants another prefix for each
    floor             real not null                       -- below this relevance the answer is "I don't know"; calibrated per model
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
    error             text,                               -- a sentence that the tenant can act on
    notes             text[] not null default '{}',       -- what went less than well, such as a page that could not be read
    pages             int,
    chunks            int,
    chunks_embedded   int,
    version           int not null default 1,
    replaces          uuid,                               -- the document that goes when this one is whole
    run_id            uuid,
    uploaded_by       text,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    unique (tenant_id, sha256)
);

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
    words             tsvector not null,
    unique (document_id, version, ordinal)
);
create index chunks_by_tenant on chunks (tenant_id);
create index chunks_words on chunks using gin (words);

-- Vectors stand beside their chunks, a row for each model, so that a tenant can change its model while the old vectors go on answering,
-- and so that an exact scan of a tenant reads vectors only.
create table chunk_embeddings (
    model_id          smallint not null references embedding_models,
    chunk_id          bigint not null references chunks on delete cascade,
    tenant_id         uuid not null references tenants on delete cascade,
    embedding         vector not null,
    primary key (chunk_id, model_id)
);
create index chunk_embeddings_by_tenant on chunk_embeddings (tenant_id, model_id);

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

select isolate('documents'), isolate('document_pages'), isolate('chunks'), isolate('chunk_embeddings'), isolate('staged_chunks');
alter table embedding_models owner to chatbot_owner;

grant select on embedding_models, chunks, chunk_embeddings to chatbot_app;
grant select, insert, update, delete on documents, document_pages, staged_chunks to chatbot_app;

-- Words for search: accents off, nothing stemmed, so that it works for any language written with spaces.
create text search configuration chatbot_words (copy = simple);
alter text search configuration chatbot_words
    alter mapping for hword, hword_part, word with unaccent, simple;

-- Guarantee 7: the old version answers until the new one is whole. One transaction swaps the chunks, the vectors and the replaced document.
create function publish_document(p_document uuid) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    doc documents;
    published int;
begin
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
    delete from chunks where document_id = p_document;
    with moved as (
        delete from staged_chunks where document_id = p_document returning *
    ), stored as (
        insert into chunks (tenant_id, document_id, version, ordinal, page, char_start, page_end, char_end, heading, tokens, text, words)
        select tenant_id, document_id, doc.version, ordinal, page, char_start, page_end, char_end, heading, tokens, text,
               setweight(to_tsvector('chatbot_words', concat_ws(' ', doc.title, heading)), 'A') || to_tsvector('chatbot_words', text)
        from moved order by ordinal
        returning id, tenant_id, ordinal
    ), vectors as (
        insert into chunk_embeddings (model_id, chunk_id, tenant_id, embedding)
        select m.model_id, s.id, s.tenant_id, m.embedding from stored s join moved m using (ordinal)
        returning 1
    )
    select count(*) into published from vectors;
    update documents set state = 'ready', error = null, chunks = published, chunks_embedded = published, updated_at = now()
        where id = p_document;
    if doc.replaces is not null then
        delete from documents where id = doc.replaces and tenant_id = doc.tenant_id;
    end if;
    return published;
end $$;
alter function publish_document owner to chatbot_owner;
revoke execute on function publish_document from public;
grant execute on function publish_document to chatbot_app;

-- The passages that fit a question, best first, of the current tenant only (row-level security).
-- score ranks: cosine plus 0.08 times the cubed share of the question's idf mass that the passage contains.
-- relevance refuses: cosine plus 0.15 times that share, held against embedding_models.floor.
-- Ranking and refusing want different mixtures; equal-weight rank fusion was measured to hurt paraphrased questions.
create function search_chunks(p_question text, p_embedding vector, p_model smallint, p_limit int default 5)
    returns table (chunk_id bigint, document_id uuid, title text, page int, heading text, passage text,
                   cosine real, coverage real, score real, relevance real)
    language sql stable as $$
    with size as (
        select greatest(count(*), 1)::real as n from chunks where tenant_id = current_tenant()
    ), terms as (
        select term.lexeme, ln(1 + (size.n - df.n + 0.5) / (df.n + 0.5)) as idf
        from size, unnest(to_tsvector('chatbot_words', p_question)) as term(lexeme, positions, weights),
             lateral (select count(*)::real as n from chunks c
                      where c.tenant_id = current_tenant() and c.words @@ to_tsquery('simple', quote_literal(term.lexeme))) df
    ), by_vector as (
        select e.chunk_id from chunk_embeddings e
        where e.tenant_id = current_tenant() and e.model_id = p_model
        order by e.embedding <=> p_embedding limit 40
    ), by_words as (
        select c.id as chunk_id from chunks c join terms t on c.words @@ to_tsquery('simple', quote_literal(t.lexeme))
        where c.tenant_id = current_tenant()
        group by c.id order by sum(t.idf) desc, c.id limit 40
    ), candidates as (
        select chunk_id from by_vector union select chunk_id from by_words
    ), measured as (
        select c.id, c.document_id, d.title, c.page, c.heading, c.text,
               (1 - (e.embedding <=> p_embedding))::real as cosine,
               coalesce((select sum(t.idf) filter (where c.words @@ to_tsquery('simple', quote_literal(t.lexeme))) / nullif(sum(t.idf), 0)
                         from terms t), 0)::real as coverage
        from candidates
        join chunks c on c.id = candidates.chunk_id
        join documents d on d.id = c.document_id
        join chunk_embeddings e on e.chunk_id = c.id and e.model_id = p_model
    )
    select id, document_id, title, page, heading, text, cosine, coverage,
           (cosine + 0.08 * coverage ^ 3)::real as score, (cosine + 0.15 * coverage)::real as relevance
    from measured order by score desc, id limit p_limit
$$;
alter function search_chunks owner to chatbot_owner;
revoke execute on function search_chunks from public;
grant execute on function search_chunks to chatbot_app;

-- The floors are calibrated per model: the E5 family's cosines live in a narrow band near 0.85, others' do not.
insert into embedding_models (name, dimensions, passage_model, query_model, floor) values
    ('multilingual-e5-small', 384, 'e5-passage', 'e5-query', 0.855),
    ('text-embedding-3-small', 1536, 'text-embedding-3-small', 'text-embedding-3-small', 0.30);
