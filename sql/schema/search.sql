-- What search reads: text search configurations, embedding models, live chunks with their vectors, the staging area
-- of a document version that is not whole yet, and counts of words.

-- Words for search: without accents and without stemming, so that it works for any language written with spaces.
create text search configuration words_simple (copy = simple);
alter text search configuration words_simple
    alter mapping for hword, hword_part, word with unaccent, simple;

-- Words in the document's own language. Stemming needs one configuration for each language. Accents go first, because
-- people leave them out. A language without a stemmer has words_simple.
do $$
declare
    language text;
begin
    for language in
        select c.cfgname from pg_ts_config c where c.cfgnamespace = 'pg_catalog'::regnamespace and c.cfgname <> 'simple'
            and exists (select from pg_ts_dict d where d.dictname = c.cfgname || '_stem')
    loop
        execute format('create text search configuration %I (copy = pg_catalog.%I)', 'words_' || language, language);
        execute format('alter text search configuration %I alter mapping for hword, hword_part, word with unaccent, %I',
                       'words_' || language, language || '_stem');
    end loop;
end $$;

create table embedding_models (
    id                smallint generated always as identity primary key,
    name              text not null unique,
    dimensions        int not null check (dimensions between 1 and 4000),
    passage_model     text not null,                      -- the model's name on the wire for passages
    -- and for questions: the E5 family wants another prefix for each
    query_model       text not null,
    -- When no passage reaches the floor, the question is plainly about something else, and the chat model gets none.
    -- Whether a passage answers is for the chat model to read. `make calibrate` finds the floor: at most a hundredth of
    -- questions as customers type them stays below it. Null: not measured, nothing is held back.
    floor             real,
    alike             real not null default 0.8           -- least cosine of two questions that ask the same
);
alter table embedding_models owner to chatbot_owner;
-- The floor holds for the mixture of cosine and 0.15 x coverage that search_chunks() calls relevance.
comment on column embedding_models.floor is 'least relevance of the nearest passage; see bench/calibrate.py';

create table chunks (
    id                bigint generated always as identity primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    document_id       uuid not null references documents on delete cascade,
    version           int not null,
    ordinal           int not null,
    page              int not null,
    char_start        int not null,                       -- within the text of `page`
    char_end          int not null,                       -- within the text of `page_end`
    page_end          int not null,
    heading           text not null default '',
    tokens            int not null,
    text              text not null,
    source_text       text,                               -- as it was read; null where nobody has corrected it
    language          text not null,
    words             tsvector not null,
    unique (document_id, version, ordinal),
    constraint chunks_of_tenant unique (tenant_id, id)
);
create index chunks_words on chunks using gin (tenant_keys(tenant_id, tsvector_to_array(words)))
    with (fastupdate = off);

-- Vectors stand beside their chunks, one row for each model, so that a tenant can change its model while the old
-- vectors go on answering, and so that an exact scan of a tenant reads vectors only.
--
-- The table is partitioned by tenant, so that an index finds a tenant's vectors among those of a few neighbours and
-- not among everybody's. One index for all of 300,000 chunks returned too few or the wrong rows for tenants of middle
-- size, or took 40 ms and more.
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
        execute format('create table chunk_embeddings_%s partition of chunk_embeddings '
                       'for values with (modulus 32, remainder %s)', part, part);
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
    source_text       text,                               -- as it was read; null where nobody has corrected it
    model_id          smallint references embedding_models,
    embedding         vector,
    primary key (document_id, ordinal)
);

-- What the staff has changed about a passage. It holds for the passage whose heading and text are those that were
-- read; `occurrence` counts passages that are equal. A new version of the document takes it over. `ordinal`: the
-- passage where it holds now; null where the text has changed, so that it no longer fits.
create table passage_edits (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    document_id       uuid not null references documents on delete cascade,
    ordinal           int,
    heading           text not null,
    source_text       text not null,
    occurrence        int not null,
    text              text,                               -- null: as it was read
    left_out          boolean not null,
    edited_by         text not null,
    edited_at         timestamptz not null default clock_timestamp(),
    check (left_out or text is not null)
);
create unique index passage_edits_once on passage_edits (document_id, ordinal);

-- Passages that are left out of answers. They are no chunks, so that no search can find them.
create table withheld_chunks (
    like staged_chunks,
    version           int not null,
    primary key (document_id, ordinal),
    foreign key (document_id) references documents on delete cascade,
    foreign key (tenant_id) references tenants on delete cascade,
    foreign key (model_id) references embedding_models
);

-- Two passages of different documents that give different figures for the same subject, as the ingestion found them.
-- They go with either document, and with a new version of either; what was dismissed stays dismissed while both
-- sentences stay: see contradiction_dismissals.
create table contradictions (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    document_id       uuid not null references documents on delete cascade,
    ordinal           int not null,
    said              text not null,                      -- the sentence or row
    other_document_id uuid not null references documents on delete cascade,
    other_ordinal     int not null,
    other_said        text not null,
    found_at          timestamptz not null default now(),
    check (document_id <> other_document_id)
);
create index contradictions_of_tenant on contradictions (tenant_id);
create index contradictions_by_document on contradictions (document_id, ordinal);
create index contradictions_by_other on contradictions (other_document_id, other_ordinal);

create table contradiction_dismissals (
    tenant_id         uuid not null references tenants on delete cascade,
    pair              bytea not null,                     -- of both sentences: contradiction_pair()
    dismissed_by      text not null,
    dismissed_at      timestamptz not null default now(),
    primary key (tenant_id, pair)
);

-- What search knows of a tenant's chunks without looking at them: how many are in which language, how many hold which
-- word. The trigger count_words() keeps both.
create table tenant_languages (
    tenant_id         uuid not null references tenants on delete cascade,
    language          text not null,
    chunks            int not null,
    primary key (tenant_id, language)
);
create table tenant_words (
    tenant_id         uuid not null references tenants on delete cascade,
    lexeme            text not null,
    chunks            int not null,
    primary key (tenant_id, lexeme)
);

select isolate('chunks'), isolate('chunk_embeddings'), isolate('staged_chunks'), isolate('tenant_languages'),
       isolate('tenant_words'), isolate('passage_edits'), isolate('withheld_chunks'), isolate('contradictions'),
       isolate('contradiction_dismissals');
grant select on embedding_models, chunks, chunk_embeddings, tenant_languages, tenant_words to chatbot_app;
grant insert on chunk_embeddings to chatbot_app;
grant select, insert, update, delete on staged_chunks to chatbot_app;
grant select on withheld_chunks to chatbot_app;
grant select, delete on passage_edits to chatbot_app;
grant select, insert, delete on contradictions to chatbot_app;
grant select, insert on contradiction_dismissals to chatbot_app;

-- The floor of the E5 family's model was measured on the questions of tests/eval; see bench/README.md. Each model needs
-- its own: the E5 family's cosines live in a narrow band near 0.85, others' do not. Nobody has measured the second one.
insert into embedding_models (name, dimensions, passage_model, query_model, floor, alike) values
    ('multilingual-e5-small', 384, 'e5-passage', 'e5-query', 0.775, 0.906),
    ('text-embedding-3-small', 1536, 'text-embedding-3-small', 'text-embedding-3-small', null, 0.533);
select index_embedding_model(id) from embedding_models;
