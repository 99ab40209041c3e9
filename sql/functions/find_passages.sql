-- The passages that are handed to the model for a question, and how an answer names one. When a question is plainly
-- about something else, none is.

-- How many of a text's words are the small words of a language ("the", "wie", "de"), which tell a language best.
create or replace function small_words(p_language text, p_text text) returns int
    language sql stable parallel safe as $$
    select (coalesce((select sum(cardinality(positions)) from unnest(to_tsvector('simple', p_text))), 0)
          - coalesce((select sum(cardinality(positions)) from unnest(to_tsvector(p_language::regconfig, p_text))),
                     0))::int
$$;
select own_functions('small_words');
grant execute on function small_words to chatbot_app;

-- The words of a question that tell what is asked. It leaves out the business's own name, which says who is asked and
-- stands on every page, and the small words of the question's language: in documents of another language a rare "de"
-- of an address would count as a find.
create or replace function telling_words(p_question text) returns text
    language sql stable as $$
    select coalesce((
        select string_agg(word, ' ' order by place)
        from regexp_split_to_table(bare, '\s+') with ordinality w(word, place)
        where to_tsvector(tongue::regconfig, word) <> ''), p_question)
    from (select case when name ~ '\S\s+\S'
                      then regexp_replace(p_question, '\m'
                          || regexp_replace(name, '[^[:alnum:][:space:]]', '\\\&', 'g') || '\M', ' ', 'g')
                      else p_question end as bare from tenants where id = current_tenant()) asked,
         lateral (select coalesce((select other
                                   from unnest(array['english', 'spanish', 'german', 'french', 'portuguese', 'italian',
                                                     'dutch', 'danish',
                      'swedish', 'norwegian', 'finnish', 'hungarian', 'turkish']) other,
                          small_words(other, p_question) as small
                      where small > 0 order by small desc limit 1), 'simple') as tongue) t
$$;
select own_functions('telling_words');
grant execute on function telling_words to chatbot_app;

-- The passages of the current tenant that are nearest to a question, best first: p_limit of them, and more while all
-- together are no longer than p_limit passages may be (220 tokens each, LIMIT_TOKENS in f/documents/chunking.py), at
-- most twice as many. Most passages are short, and the more the model sees, the more often it sees the right one: see
-- bench/README.md.
--
-- `fits` is the same in all rows: false when none reaches the model's floor, so that the question is plainly about
-- something else. An embedding model without a floor holds nothing back. p_version as in search_chunks().
create or replace function find_passages(p_question text, p_embedding vector, p_model smallint, p_limit int default 5,
                                         p_version text default '')
    returns table (chunk_id bigint, document_id uuid, title text, page int, heading text, passage text, relevance real,
                   fits boolean)
    language sql stable as $$
    select n.chunk_id, n.document_id, n.title, n.page, n.heading, n.passage, n.relevance,
           coalesce(max(n.relevance) over () >= m.floor, true)
    from (
        select s.*, row_number() over best as place, sum(s.tokens) over best as room
        from search_chunks(telling_words(p_question), p_embedding, p_model, 2 * p_limit, p_version) s
        window best as (order by s.score desc, s.chunk_id)
    ) n
    join embedding_models m on m.id = p_model
    where n.place <= p_limit or n.room <= 220 * p_limit
    order by n.place
$$;
select own_functions('find_passages');
grant execute on function find_passages to chatbot_app;

-- How an answer names the place that a passage comes from: {"document": title} with the address of a web page, or
-- with the page of a document that has pages. Rows of a table, a text, a picture and typed answers have none; a Word
-- document or a presentation has some where it was saved with more than one.
create or replace function citation(p_document uuid, p_page int) returns jsonb
    language sql stable as $$
    select jsonb_strip_nulls(jsonb_build_object('document', d.title, 'url', d.source_url, 'page', case
        when d.source_url is not null then null
        when coalesce(d.media_type, 'application/pdf') = 'application/pdf' then p_page
        when d.media_type ~ '(wordprocessingml|presentationml)' and d.pages > 1 then p_page end))
    from documents d where d.id = p_document
$$;
select own_functions('citation');
grant execute on function citation to chatbot_app;

-- What tells a passage from others of its document, as long as it says the same: a citation names it by that, because
-- places change with each new version.
create or replace function passage_mark(p_text text) returns text
    language sql immutable as $$
    select left(encode(sha256(convert_to(p_text, 'UTF8')), 'hex'), 12)
$$;
select own_functions('passage_mark');
grant execute on function passage_mark to chatbot_app;

-- Citations with the `id` of the document that can be opened: the one that was cited, or the newest of that title.
create or replace function with_documents(p_citations jsonb) returns jsonb
    language sql stable as $$
    select jsonb_agg(x - 'id' || jsonb_strip_nulls(jsonb_build_object('id', (
        select d.id from documents d
        where d.state = 'ready' and (d.id::text = x ->> 'id'
            or d.title = x ->> 'document' and d.source_url is not distinct from x ->> 'url')
        order by d.id::text = x ->> 'id' desc nulls last, d.created_at desc limit 1))) order by n)
    from jsonb_array_elements(case when jsonb_typeof(p_citations) = 'array' then p_citations end)
         with ordinality c (x, n)
$$;
select own_functions('with_documents');
grant execute on function with_documents to chatbot_app;
