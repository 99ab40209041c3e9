-- Search over a tenant's passages: in the language of each document, exact while the tenant is small and by its index when it is large.
--
-- Row-level security stays in force on every row that is returned. Two things follow from it:
--   * `@@` and `&&` are not leak-proof, so PostgreSQL may not use a GIN index for them under a policy. word_hits() looks the words up as
--     the tables' owner, for the current tenant only, and returns nothing but chunk ids; the rows are then read under the caller's policies.
--   * the tenant's id also stands in the query as a constant, so that only its partition is planned and read.

-- Words in the document's own language. Stemming needs one configuration a language; accents go first, because people leave them out.
-- A language without a stemmer has chatbot_words: accents off, nothing stemmed.
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
create text search configuration words_simple (copy = chatbot_words);

-- Scripts that are written without spaces (and Korean, whose particles stick to the word) become overlapping pairs of characters.
create function spaced(p_text text) returns text
    language sql immutable parallel safe as $$
    select case when p_text !~ '[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF]'
        then translate(p_text, '/\_’', '   ''')
        else (
            select string_agg(case
                when run[1] is null then translate(run[2], '/\_’', '   ''')
                when length(run[1]) = 1 then ' ' || run[1] || ' '
                else (select string_agg(' ' || substr(run[1], i, 2), '') || ' ' from generate_series(1, length(run[1]) - 1) i) end, '')
            from regexp_matches(p_text,
                '([\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF]+)'
                '|([^\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF]+)', 'g') run
        ) end
$$;

create function words_of(p_language text, p_text text) returns tsvector
    language sql stable parallel safe as $$
    select to_tsvector(('words_' || p_language)::regconfig, spaced(p_text))
$$;

-- The language of a text: by its script, and among those in Latin letters by the share of words that are one language's stop words.
-- Null where nothing can be said.
create function language_of(p_text text) returns text
    language plpgsql stable parallel safe as $$
declare
    sample text := left(p_text, 4000);
    letters real := greatest(length(regexp_replace(sample, '[\s\d[:punct:]]', '', 'g')), 1);
    script record;
    words real;
    best record;
begin
    for script in select * from (values
        ('simple', '[^\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF]'),
        ('arabic', '[^\u0600-\u06FF]'), ('hindi', '[^\u0900-\u097F]'), ('greek', '[^\u0370-\u03FF]'), ('tamil', '[^\u0B80-\u0BFF]'),
        ('armenian', '[^\u0530-\u058F]'), ('russian', '[^\u0400-\u04FF]'), ('simple', '[^\u0590-\u05FF]')) s(language, others)
    loop
        if length(regexp_replace(sample, script.others, '', 'g')) > 0.5 * letters then
            return script.language;
        end if;
    end loop;
    select sum(cardinality(positions)) into words from unnest(to_tsvector('simple', sample));
    if words is null or words < 8 then
        return null;
    end if;
    select language, 1 - coalesce((select sum(cardinality(positions)) from unnest(to_tsvector(language::regconfig, sample))), 0) / words as share
        into best
        from unnest(array['english', 'spanish', 'german', 'french', 'portuguese', 'italian', 'dutch', 'danish', 'swedish', 'norwegian',
                          'finnish', 'hungarian', 'turkish']) language
        order by 2 desc limit 1;
    return case when best.share >= 0.2 then best.language end;
end $$;

-- What is known of a tenant's knowledge without looking at it: how many chunks in which language, and how many hold which word.
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
select isolate('tenant_languages'), isolate('tenant_words');
grant select on tenant_languages, tenant_words to chatbot_app;

-- Kept by triggers, so that whatever removes a chunk, a document or a tenant keeps them true. One writer a tenant at a time.
create function count_words() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    sign int := case tg_op when 'INSERT' then 1 else -1 end;
begin
    perform pg_advisory_xact_lock(7202612, hashtext(tenant_id::text)) from (select distinct tenant_id from changed order by 1) t;
    if sign = 1 then
        insert into tenant_languages as l (tenant_id, language, chunks)
            select tenant_id, language, count(*) from changed group by 1, 2
            on conflict (tenant_id, language) do update set chunks = l.chunks + excluded.chunks;
        insert into tenant_words as w (tenant_id, lexeme, chunks)
            select tenant_id, lexeme, count(*) from changed, unnest(tsvector_to_array(words)) lexeme group by 1, 2
            on conflict (tenant_id, lexeme) do update set chunks = w.chunks + excluded.chunks;
        return null;
    end if;
    update tenant_languages l set chunks = l.chunks - gone.n
        from (select tenant_id, language, count(*) as n from changed group by 1, 2) gone
        where l.tenant_id = gone.tenant_id and l.language = gone.language;
    delete from tenant_languages where chunks <= 0 and tenant_id in (select tenant_id from changed);
    update tenant_words w set chunks = w.chunks - gone.n
        from (select tenant_id, lexeme, count(*) as n from changed, unnest(tsvector_to_array(words)) lexeme group by 1, 2) gone
        where w.tenant_id = gone.tenant_id and w.lexeme = gone.lexeme;
    delete from tenant_words w using (select distinct tenant_id, lexeme from changed, unnest(tsvector_to_array(words)) lexeme) gone
        where w.tenant_id = gone.tenant_id and w.lexeme = gone.lexeme and w.chunks <= 0;
    return null;
end $$;
alter function count_words owner to chatbot_owner;
revoke execute on function count_words from public;

-- The words of a tenant under its own keys: a posting list holds one tenant's chunks, however many others use the same word.
create function tenant_keys(p_tenant uuid, p_lexemes text[]) returns text[]
    language sql immutable parallel safe as $$
    select array_agg(left(p_tenant::text, 13) || left(lexeme, 200)) from unnest(p_lexemes) lexeme
$$;
drop index chunks_words;
alter table chunks add column language text not null default 'simple';
alter table documents add column language text;
with known as (
    select d.id, coalesce(language_of(string_agg(c.text, ' ' order by c.ordinal)), 'simple') as language
    from documents d join chunks c on c.document_id = d.id group by d.id
), marked as (
    update documents d set language = k.language from known k where k.id = d.id returning d.id, d.title, d.language
)
update chunks c set language = m.language,
    words = setweight(words_of(m.language, concat_ws(' ', m.title, c.heading)), 'A') || words_of(m.language, c.text)
    from marked m where m.id = c.document_id;
create index chunks_words on chunks using gin (tenant_keys(tenant_id, tsvector_to_array(words))) with (fastupdate = off);
insert into tenant_languages select tenant_id, language, count(*) from chunks group by 1, 2;
insert into tenant_words select tenant_id, lexeme, count(*) from chunks, unnest(tsvector_to_array(words)) lexeme group by 1, 2;
create trigger chunks_counted after insert on chunks referencing new table as changed
    for each statement execute function count_words();
create trigger chunks_uncounted after delete on chunks referencing old table as changed
    for each statement execute function count_words();

-- Vectors in partitions by tenant: an index of one partition finds a tenant's vectors among its few neighbours', not among everybody's.
-- Tried at 300,000 chunks: one index for all returned too few or the wrong rows for the sizes in the middle, or took 40 ms and more.
alter table chunks add constraint chunks_of_tenant unique (tenant_id, id);
drop index chunks_by_tenant;
alter table chunk_embeddings rename to chunk_embeddings_before;
create table chunk_embeddings (
    model_id          smallint not null references embedding_models,
    chunk_id          bigint not null,
    tenant_id         uuid not null,
    embedding         vector not null,
    primary key (tenant_id, model_id, chunk_id),
    foreign key (tenant_id, chunk_id) references chunks (tenant_id, id) on delete cascade
) partition by hash (tenant_id);
do $$
begin
    for part in 0..31 loop
        execute format('create table chunk_embeddings_%s partition of chunk_embeddings for values with (modulus 32, remainder %s)', part, part);
        perform isolate(format('chunk_embeddings_%s', part)::regclass);
    end loop;
end $$;
create index chunk_embeddings_by_chunk on chunk_embeddings (tenant_id, chunk_id);
insert into chunk_embeddings (model_id, chunk_id, tenant_id, embedding) select model_id, chunk_id, tenant_id, embedding from chunk_embeddings_before;
drop table chunk_embeddings_before;
select isolate('chunk_embeddings');
grant select, insert on chunk_embeddings to chatbot_app;

-- An index for a model's vectors. Called once for each row of embedding_models. Above 2,000 dimensions an index needs half precision.
create function index_embedding_model(p_model smallint) returns void
    language plpgsql set search_path = public, pg_temp as $$
declare
    model embedding_models;
    kind text;
begin
    select * into strict model from embedding_models where id = p_model;
    kind := case when model.dimensions > 2000 then 'halfvec' else 'vector' end;
    execute format('create index %I on chunk_embeddings using hnsw ((embedding::%s(%s)) %s_cosine_ops) where model_id = %s',
                   'chunk_embeddings_model_' || model.id, kind, model.dimensions, kind, model.id);
end $$;
alter function index_embedding_model owner to chatbot_owner;
revoke execute on function index_embedding_model from public;
select index_embedding_model(id) from embedding_models;

-- The nearest passages by reading every vector of the tenant. The sum keeps the planner from the index: it was seen to choose it for the
-- smallest tenants, a hundred times slower and wrong.
create function nearest_exact(p_model smallint, p_embedding vector, p_count int) returns table (chunk_id bigint, cosine real)
    language plpgsql stable rows 40
    set enable_seqscan = off set enable_bitmapscan = off as $$
begin
    return query execute format(
        'select n.chunk_id, (1 - n.distance)::real from (select e.chunk_id, (e.embedding <=> $1) + 0 as distance from chunk_embeddings e '
        'where e.tenant_id = %L::uuid and e.model_id = %s order by 2 limit $2) n', current_tenant(), p_model) using p_embedding, p_count;
end $$;

-- The nearest passages by the index, which goes on looking until it has enough of this tenant's.
create function nearest_indexed(p_model smallint, p_embedding vector, p_count int) returns table (chunk_id bigint, cosine real)
    language plpgsql stable rows 40
    set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
    set hnsw.iterative_scan = relaxed_order set hnsw.ef_search = 200 as $$
declare
    dimensions int := (select m.dimensions from embedding_models m where m.id = p_model);
    kind text := case when dimensions > 2000 then 'halfvec' else 'vector' end;
begin
    return query execute format(
        'select e.chunk_id, (1 - (e.embedding::%1$s(%2$s) <=> $1::%1$s(%2$s)))::real from chunk_embeddings e '
        'where e.tenant_id = %3$L::uuid and e.model_id = %4$s order by e.embedding::%1$s(%2$s) <=> $1::%1$s(%2$s) limit $2',
        kind, dimensions, current_tenant(), p_model) using p_embedding, p_count;
end $$;

-- Where reading all of a tenant's vectors stops being the faster way: measured, see bench/README.md.
create function largest_exact_tenant() returns int
    language sql immutable parallel safe return 2500;

create function nearest_chunks(p_model smallint, p_embedding vector, p_count int) returns table (chunk_id bigint, cosine real)
    language plpgsql stable rows 40 as $$
begin
    if coalesce((select sum(l.chunks) from tenant_languages l where l.tenant_id = current_tenant()), 0) <= largest_exact_tenant() then
        return query select * from nearest_exact(p_model, p_embedding, p_count);
    else
        return query select * from nearest_indexed(p_model, p_embedding, p_count);
    end if;
end $$;

-- The current tenant's chunks that hold the heaviest of these words. Runs as the owner, see the top; the tenant's id stands behind a cast
-- so that nothing but the index of words can be used.
create function word_hits(p_lexemes text[], p_weights real[], p_count int) returns setof bigint
    language sql stable security definer rows 40 set search_path = public, pg_temp
    set enable_seqscan = off as $$
    select c.id
    from unnest(p_lexemes, p_weights) asked(lexeme, weight)
    cross join lateral (
        select id from chunks
        where tenant_keys(tenant_id, tsvector_to_array(words)) @> tenant_keys(current_tenant(), array[asked.lexeme])
          and tenant_id::text = current_tenant()::text
    ) c
    group by c.id order by sum(asked.weight) desc, c.id limit p_count
$$;
alter function word_hits owner to chatbot_owner;

-- The passages that fit a question, best first, of the current tenant only. Same columns as before; each document is asked in its language.
create or replace function search_chunks(p_question text, p_embedding vector, p_model smallint, p_limit int default 5)
    returns table (chunk_id bigint, document_id uuid, title text, page int, heading text, passage text,
                   cosine real, coverage real, score real, relevance real)
    language plpgsql stable
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
    size real := greatest((select sum(l.chunks) from tenant_languages l where l.tenant_id = current_tenant()), 1);
begin
    return query
    with terms as materialized (
        select asked.language, word.lexeme, coalesce(w.chunks, 0) as chunks,
               ln(1 + (size - coalesce(w.chunks, 0) + 0.5) / (coalesce(w.chunks, 0) + 0.5)) as idf,
               ('''' || replace(replace(word.lexeme, '\', '\\'), '''', '''''') || '''')::tsquery as query
        from (select l.language from tenant_languages l where l.tenant_id = current_tenant() order by l.chunks desc limit 4) asked
        cross join lateral unnest(tsvector_to_array(words_of(asked.language, left(p_question, 2000)))) word(lexeme)
        left join tenant_words w on w.tenant_id = current_tenant() and w.lexeme = word.lexeme
    ), masses as materialized (
        select language, sum(idf) as mass from terms group by language
    ), rare as (
        -- Rarest first, as long as all their places together are few: a word that is everywhere finds nothing.
        select lexeme, idf, sum(chunks) over (order by chunks, lexeme) as places
        from (select lexeme, max(chunks) as chunks, max(idf) as idf from terms group by lexeme) t where chunks > 0
    ), by_vector as materialized (
        select * from nearest_chunks(p_model, p_embedding, 40)
    ), candidates as materialized (
        select chunk_id from by_vector
        union
        select word_hits(array_agg(lexeme), array_agg(idf::real), 40) from rare where places <= 1500
    ), measured as materialized (
        select c.id, coalesce(v.cosine, (1 - (e.embedding <=> p_embedding))::real) as cosine,
               coalesce((select sum(t.idf) from terms t where t.language = c.language and c.words @@ t.query)
                        / (select m.mass from masses m where m.language = c.language), 0)::real as coverage
        from candidates
        join chunks c on c.id = candidates.chunk_id
        left join by_vector v on v.chunk_id = c.id
        left join chunk_embeddings e on v.chunk_id is null and e.tenant_id = current_tenant() and e.chunk_id = c.id and e.model_id = p_model
    ), best as (
        select m.*, (m.cosine + 0.12 * m.coverage ^ 1.5)::real as score from measured m where m.cosine is not null
        order by 4 desc, 1 limit p_limit
    )
    select c.id, c.document_id, d.title, c.page, c.heading, c.text, b.cosine, b.coverage, b.score, (b.cosine + 0.15 * b.coverage)::real
    from best b join chunks c on c.id = b.id join documents d on d.id = c.document_id
    order by b.score desc, c.id;
end $$;

-- As in 003, and: in the document's language, with no vector of a model that the tenant has left meanwhile. Returns -1 for that.
create or replace function publish_document(p_document uuid) returns int
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
    if doc.replaces is not null then
        delete from documents where id = doc.replaces and tenant_id = doc.tenant_id;
    end if;
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
    update documents set state = 'ready', error = null, chunks = published, chunks_embedded = published, language = doc.language,
        replaces = null, updated_at = now() where id = p_document;
    return published;
end $$;

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
alter function switch_embedding_model owner to chatbot_owner;
revoke execute on function switch_embedding_model from public;
grant execute on function switch_embedding_model to chatbot_app;

-- What a tenant may keep and do: tenants.limits by name, else the platform's figure.
create function plan_limit(p_name text) returns bigint
    language sql stable as $$
    select coalesce((select (limits ->> p_name)::bigint from tenants where id = current_tenant()), case p_name
        when 'documents' then 500 when 'pages' then 20000 when 'bytes' then 1000000000 when 'ingestions_per_day' then 200 end)
$$;

create table tenant_ingestions (
    tenant_id         uuid not null references tenants on delete cascade,
    day               date not null,
    ingestions        int not null,
    primary key (tenant_id, day)
);
select isolate('tenant_ingestions');
grant select, insert, update on tenant_ingestions to chatbot_app;

-- Asked before a document is stored: null and one ingestion counted, or the sentence that names the limit.
create function admit_document(p_bytes bigint, p_replaces uuid default null) returns text
    language plpgsql set search_path = public, pg_temp as $$
declare
    here record;
    today int;
begin
    perform pg_advisory_xact_lock(7202613, hashtext(current_tenant()::text));
    select count(*) as documents, coalesce(sum(size_bytes), 0) as bytes into here
        from documents where tenant_id = current_tenant() and state <> 'failed' and id is distinct from p_replaces;
    if here.documents >= plan_limit('documents') then
        return format('Your plan holds %s documents, and all are used. Delete one, or ask for a larger plan.', plan_limit('documents'));
    elsif here.bytes + p_bytes > plan_limit('bytes') then
        return format('Your plan holds %s MB; %s MB are used and this file has %s MB. Delete a document, or ask for a larger plan.',
                      plan_limit('bytes') / 1000000, here.bytes / 1000000, ceil(p_bytes / 1000000.0));
    end if;
    select ingestions into today from tenant_ingestions where tenant_id = current_tenant() and day = current_date;
    if coalesce(today, 0) >= plan_limit('ingestions_per_day') then
        return format('Your plan reads %s documents a day, and that many were read today. Upload it tomorrow, or ask for a larger plan.',
                      plan_limit('ingestions_per_day'));
    end if;
    insert into tenant_ingestions as i (tenant_id, day, ingestions) values (current_tenant(), current_date, 1)
        on conflict (tenant_id, day) do update set ingestions = i.ingestions + 1;
    return null;
end $$;

-- The pages that the plan still holds for this document.
create function pages_left(p_document uuid) returns bigint
    language sql stable as $$
    select greatest(plan_limit('pages') - coalesce(sum(d.pages), 0), 0) from documents d
    where d.tenant_id = current_tenant() and d.state in ('ready', 'processing') and d.id <> p_document
      and d.id is distinct from (select replaces from documents where id = p_document)
$$;

-- Web pages as a source: read again and again, each page a document that is replaced when its text has changed.
create table knowledge_sources (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    kind              text not null check (kind in ('page', 'sitemap', 'crawl')),
    url               text not null,
    max_pages         int not null default 50 check (max_pages between 1 and 2000),
    refresh_hours     int not null default 24 check (refresh_hours between 1 and 8760),
    state             text not null default 'new' check (state in ('new', 'reading', 'ready', 'failed')),
    error             text,                               -- a sentence for the tenant
    notes             text[] not null default '{}',       -- pages that could not be read
    pages             int,
    next_read_at      timestamptz not null default now(),
    read_at           timestamptz,
    created_at        timestamptz not null default now(),
    unique (tenant_id, url)
);
select isolate('knowledge_sources');
grant select, insert, update, delete on knowledge_sources to chatbot_app;
alter table documents add column source_id uuid references knowledge_sources on delete cascade, add column source_url text;
create index documents_by_source on documents (source_id) where source_id is not null;

-- The sources that are due, of all tenants, each for one reader: until two hours are over nobody else is given it.
create function claim_sources(batch int default 10) returns table (source_id uuid, tenant_id uuid)
    language sql security definer set search_path = public, pg_temp as $$
    update knowledge_sources s set next_read_at = now() + interval '2 hours'
    from (select k.id from knowledge_sources k join tenants t on t.id = k.tenant_id and t.status = 'active'
          where k.next_read_at <= now() order by k.next_read_at limit batch for update of k skip locked) due
    where s.id = due.id returning s.id, s.tenant_id
$$;
alter function claim_sources owner to chatbot_owner;
revoke execute on function claim_sources from public;
grant execute on function claim_sources to chatbot_app;

-- The floor holds for this mixture of 0.15 x coverage, for this model; `make calibrate` finds it from questions and passages.
comment on column embedding_models.floor is 'least relevance of an answer; see bench/calibrate.py';
