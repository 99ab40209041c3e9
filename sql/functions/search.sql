-- Search over a tenant's passages: in the language of each document, exact while the tenant is small and by its index
-- when it is large.
--
-- Row-level security stays in force on every row that is returned. Two things follow from it:
--   * `@@` and `&&` are not leak-proof, so PostgreSQL may not use a GIN index for them under a policy. word_hits()
--     looks the words up as the tables' owner, for the current tenant only, and returns nothing but chunk ids; the
--     caller then reads the rows under its own policies.
--   * where the index is to be used, the tenant's id stands in the query as a constant, so that PostgreSQL plans and
--     reads only its partition.

-- Text with spaces between words. Scripts that are written without spaces (and Korean, whose particles stick to the
-- word) become overlapping pairs of characters.
create or replace function spaced(p_text text) returns text
    language sql immutable parallel safe as $$
    select case
        when p_text !~ '[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF'
                       '\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF]'
        then translate(p_text, '/\_’', '   ''')
        else (
            select string_agg(case
                when run[1] is null then translate(run[2], '/\_’', '   ''')
                when length(run[1]) = 1 then ' ' || run[1] || ' '
                else (select string_agg(' ' || substr(run[1], i, 2), '') || ' '
                      from generate_series(1, length(run[1]) - 1) i) end, '')
            from regexp_matches(p_text,
                '([\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF'
                '\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF]+)'
                '|([^\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF'
                '\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF]+)', 'g') run
        ) end
$$;

-- The words of a text as search knows them, in a language.
create or replace function words_of(p_language text, p_text text) returns tsvector
    language sql stable parallel safe as $$
    select to_tsvector(('words_' || p_language)::regconfig, spaced(p_text))
$$;

-- The language of a text: by its script, and among those in Latin letters by the share of words that are one
-- language's stop words. Null when nothing can be said.
create or replace function language_of(p_text text) returns text
    language plpgsql stable parallel safe as $$
declare
    sample text := left(p_text, 4000);
    letters real := greatest(length(regexp_replace(sample, '[\s\d[:punct:]]', '', 'g')), 1);
    script record;
    words real;
    best record;
begin
    for script in select * from (values
        ('simple', '[^\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF'
                   '\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF]'),
        ('arabic', '[^\u0600-\u06FF]'), ('hindi', '[^\u0900-\u097F]'), ('greek', '[^\u0370-\u03FF]'),
            ('tamil', '[^\u0B80-\u0BFF]'),
        ('armenian', '[^\u0530-\u058F]'), ('russian', '[^\u0400-\u04FF]'), ('simple', '[^\u0590-\u05FF]')) s(language,
            others)
    loop
        if length(regexp_replace(sample, script.others, '', 'g')) > 0.5 * letters then
            return script.language;
        end if;
    end loop;
    select sum(cardinality(positions)) into words from unnest(to_tsvector('simple', sample));
    if words is null or words < 8 then
        return null;
    end if;
    select language, 1 - coalesce((select sum(cardinality(positions))
                                   from unnest(to_tsvector(language::regconfig, sample))), 0) / words as share
        into best
        from unnest(array['english', 'spanish', 'german', 'french', 'portuguese', 'italian', 'dutch', 'danish',
                          'swedish', 'norwegian',
                          'finnish', 'hungarian', 'turkish']) language
        order by 2 desc limit 1;
    return case when best.share >= 0.2 then best.language end;
end $$;

-- Keeps tenant_languages and tenant_words true, whatever removes a chunk, a document or a tenant. One writer at a
-- time for each tenant.
create or replace function count_words() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    sign int := case tg_op when 'INSERT' then 1 else -1 end;
begin
    perform lock_publications(tenant_id) from (select distinct tenant_id from changed
        order by 1) t;
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
        from (select tenant_id, lexeme, count(*) as n from changed, unnest(tsvector_to_array(words)) lexeme group by 1,
              2) gone
        where w.tenant_id = gone.tenant_id and w.lexeme = gone.lexeme;
    delete from tenant_words w using (select distinct tenant_id, lexeme from changed,
                                      unnest(tsvector_to_array(words)) lexeme) gone
        where w.tenant_id = gone.tenant_id and w.lexeme = gone.lexeme and w.chunks <= 0;
    return null;
end $$;
create or replace trigger chunks_counted after insert on chunks referencing new table as changed
    for each statement execute function count_words();
create or replace trigger chunks_uncounted after delete on chunks referencing old table as changed
    for each statement execute function count_words();
select own_functions('count_words');

-- The nearest passages, by reading every vector of the tenant. EXECUTE plans with the tenant's id as a constant, and
-- so for one partition: a plan for any tenant took all 32 partitions and their 128 indexes, which was half of a
-- search's time.
create or replace function nearest_exact(p_model smallint, p_embedding vector, p_count int)
    returns table (chunk_id bigint, cosine real)
    language plpgsql stable rows 40
    set enable_seqscan = off set enable_bitmapscan = off as $$
begin
    -- The sum keeps the planner from the index. It chose the index for the smallest tenants, where it is wrong and a
    -- hundred times slower.
    return query execute
        'select n.chunk_id, (1 - n.distance)::real from (
            select e.chunk_id, (e.embedding <=> $1) + 0 as distance from chunk_embeddings e
            where e.tenant_id = $2 and e.model_id = $3 order by 2 limit $4) n'
        using p_embedding, current_tenant(), p_model, p_count;
end $$;

-- How near these passages are. EXECUTE plans for one partition, as in nearest_exact().
create or replace function cosines(p_model smallint, p_embedding vector, p_chunks bigint[])
    returns table (chunk_id bigint, cosine real)
    language plpgsql stable rows 40
    set enable_seqscan = off set enable_bitmapscan = off as $$
begin
    return query execute
        'select e.chunk_id, (1 - (e.embedding <=> $1))::real from chunk_embeddings e
         where e.tenant_id = $2 and e.model_id = $3 and e.chunk_id = any ($4)'
        using p_embedding, current_tenant(), p_model, p_chunks;
end $$;

-- The nearest passages by the index, which goes on looking until it has enough of this tenant's.
create or replace function nearest_indexed(p_model smallint, p_embedding vector, p_count int)
    returns table (chunk_id bigint, cosine real)
    language plpgsql stable rows 40
    set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
    set hnsw.iterative_scan = relaxed_order set hnsw.ef_search = 200 as $$
declare
    dimensions int := (select m.dimensions from embedding_models m where m.id = p_model);
    kind text := case when dimensions > 2000 then 'halfvec' else 'vector' end;
begin
    return query execute format(
        'select e.chunk_id, (1 - (e.embedding::%1$s(%2$s) <=> $1::%1$s(%2$s)))::real from chunk_embeddings e '
        'where e.tenant_id = %3$L::uuid and e.model_id = %4$s '
        'order by e.embedding::%1$s(%2$s) <=> $1::%1$s(%2$s) limit $2',
        kind, dimensions, current_tenant(), p_model) using p_embedding, p_count;
end $$;

-- Up to how many chunks search reads all of a tenant's vectors: this is as quick as the index or nearly so, and
-- misses nothing. Measured, see bench/README.md.
create or replace function largest_exact_tenant() returns int
    language sql immutable parallel safe return 5000;

-- The nearest passages, in the way that suits the tenant's size.
create or replace function nearest_chunks(p_model smallint, p_embedding vector, p_count int)
    returns table (chunk_id bigint, cosine real)
    language plpgsql stable rows 40 as $$
begin
    if coalesce((select sum(l.chunks) from tenant_languages l where l.tenant_id = current_tenant()),
                0) <= largest_exact_tenant() then
        return query select * from nearest_exact(p_model, p_embedding, p_count);
    else
        return query select * from nearest_indexed(p_model, p_embedding, p_count);
    end if;
end $$;

-- The current tenant's chunks that hold the heaviest of these words. It runs as the owner, see above. The cast of the
-- tenant's id leaves PostgreSQL no index but that of the words.
create or replace function word_hits(p_lexemes text[], p_weights real[], p_count int) returns setof bigint
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
select own_functions('word_hits');
grant execute on function word_hits to chatbot_app;

-- The passages that fit a question, best first, of the current tenant only; each document is searched in its
-- language. score ranks; relevance is compared with embedding_models.floor. They need different mixtures of vectors
-- and words: see bench/README.md. p_version: of which version of a chatbot a dry run is; '' for whatever is live. Only
-- one that takes the drafted Q&A pairs finds these, in the place of the live ones: see pairs_audience(). Passages that
-- are no chunks yet have ids below nought.
create or replace function search_chunks(p_question text, p_embedding vector, p_model smallint, p_limit int default 5,
                                         p_version text default '')
    returns table (chunk_id bigint, document_id uuid, title text, page int, heading text, passage text,
                   cosine real, coverage real, score real, relevance real, tokens int)
    language plpgsql stable
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
    size real := greatest((select sum(l.chunks) from tenant_languages l where l.tenant_id = current_tenant()), 1);
    audience record;
    most int := 40;  -- candidates of each kind
begin
    select * into audience from pairs_audience(p_version);
    if audience.aside <> '{}' then  -- as many more as may be left out of them
        most := most + (select count(*) from chunks c where c.document_id = any (audience.aside));
    end if;
    return query
    with terms as materialized (
        select asked.language, word.lexeme, coalesce(w.chunks, 0) as chunks,
               ln(1 + (size - coalesce(w.chunks, 0) + 0.5) / (coalesce(w.chunks, 0) + 0.5)) as idf,
               ('''' || replace(replace(word.lexeme, '\', '\\'), '''', '''''') || '''')::tsquery as query
        from (select l.language from tenant_languages l where l.tenant_id = current_tenant() order by l.chunks desc
              limit 4) asked
        cross join lateral unnest(tsvector_to_array(words_of(asked.language, left(p_question, 2000)))) word(lexeme)
        left join tenant_words w on w.tenant_id = current_tenant() and w.lexeme = word.lexeme
    ), masses as materialized (
        select language, sum(idf) as mass from terms group by language
    ), rare as (
        -- The rarest words first, while all their chunks together are few: a word that is everywhere tells nothing.
        select lexeme, idf, sum(chunks) over (order by chunks, lexeme) as places
        from (select lexeme, max(chunks) as chunks, max(idf) as idf from terms group by lexeme) t where chunks > 0
    ), candidates as materialized (
        select chunk_id, max(cosine) as cosine from (
            select chunk_id, cosine from nearest_chunks(p_model, p_embedding, most)
            union all
            select word_hits(array_agg(lexeme), array_agg(idf::real), most), null from rare where places <= 1500) found
        group by chunk_id
    ), near as materialized (
        select n.chunk_id, n.cosine from candidates n where n.cosine is not null
        union all
        select k.chunk_id, k.cosine
        from cosines(p_model, p_embedding, (select array_agg(chunk_id) from candidates where cosine is null)) k
    ), known as (
        select c.id, n.cosine, c.language, c.words
        from near n join chunks c on c.tenant_id = current_tenant() and c.id = n.chunk_id
        where c.document_id <> all (audience.aside)
        union all
        select -1 - s.ordinal, (1 - (s.embedding <=> p_embedding))::real, d.language,
               passage_words(d.language, d.title, s.heading, s.text)
        from staged_chunks s join documents d on d.id = s.document_id
        where s.document_id = audience.seen and s.tenant_id = current_tenant() and s.model_id = p_model
          and s.ordinal <> all (array(select f.ordinal from fitting_edits(audience.seen) f where f.left_out))
    ), measured as materialized (
        select k.id, k.cosine,
               coalesce((select sum(t.idf) from terms t where t.language = k.language and k.words @@ t.query)
                        / (select m.mass from masses m where m.language = k.language), 0)::real as coverage
        from known k
    ), best as (
        select m.*, (m.cosine + 0.12 * m.coverage ^ 1.5)::real as score from measured m
        order by 4 desc, 1 limit p_limit
    ), told as (
        select b.*, c.document_id as document, c.page, c.heading, c.text, c.tokens
        from best b join chunks c on c.tenant_id = current_tenant() and c.id = b.id
        union all
        select b.*, s.document_id, s.page, s.heading, s.text, s.tokens
        from best b join staged_chunks s on s.document_id = audience.seen and s.ordinal = -1 - b.id
    )
    select o.id, o.document, d.title, o.page, o.heading, o.text, o.cosine, o.coverage, o.score,
        (o.cosine + 0.15 * o.coverage)::real, o.tokens
    from told o join documents d on d.id = o.document
    order by o.score desc, o.id;
end $$;
select own_functions('search_chunks');
grant execute on function search_chunks to chatbot_app;
