-- The passages that are handed to the model for a question, and how an answer names one. When a question is plainly
-- about something else, none is; the table embedding_models explains the three floors.

-- The script that most of a text's letters belong to; null for a text without letters. The first line is the short
-- way for Latin letters.
create or replace function script_of(p_text text) returns text
    language sql immutable parallel safe as $$
    select case when regexp_count(sample, '[a-z]') > regexp_count(sample, '[^\u0001-\u024F]') then 'latin' else (
        select s.name from (values
            ('latin', '[a-zà-öø-ɏ]'), ('cyrillic', '[\u0400-\u052F]'), ('greek', '[\u0370-\u03FF]'),
                ('hebrew', '[\u0590-\u05FF]'),
            ('arabic', '[\u0600-\u06FF\u0750-\u077F]'), ('devanagari', '[\u0900-\u097F]'), ('thai', '[\u0E00-\u0E7F]'),
            ('hangul', '[\uAC00-\uD7AF]'), ('han', '[\u3040-\u30FF\u3400-\u9FFF]'),
                ('indic', '[\u0980-\u0DFF]')) s(name, letters),
            lateral (select regexp_count(sample, s.letters) as letters) found
        where found.letters > 0 order by found.letters desc limit 1) end
    from lower(left(p_text, 300)) sample
$$;
select own_functions('script_of');
grant execute on function script_of to chatbot_app;

-- How many of a text's words are the small words of a language ("the", "wie", "de"), which tell a language best.
create or replace function small_words(p_language text, p_text text) returns int
    language sql stable parallel safe as $$
    select (coalesce((select sum(cardinality(positions)) from unnest(to_tsvector('simple', p_text))), 0)
          - coalesce((select sum(cardinality(positions)) from unnest(to_tsvector(p_language::regconfig, p_text))),
                     0))::int
$$;
select own_functions('small_words');
grant execute on function small_words to chatbot_app;

-- How far a question's language is from a passage's: 'same', 'language', 'script'. A question whose language can't be
-- told counts as the same: a short message without small words, or documents in a language that PostgreSQL has no
-- small words for.
create or replace function distance_of(p_question text, p_passage text, p_language text) returns text
    language sql stable parallel safe as $$
    select case
        when script_of(p_question) <> script_of(p_passage) then 'script'
        when p_language <> 'simple' and small_words(p_language, p_question) < (
            select max(small_words(other, p_question))
            from unnest(array['english', 'spanish', 'german', 'french', 'portuguese', 'italian', 'dutch', 'danish',
                              'swedish', 'norwegian',
                              'finnish', 'hungarian', 'turkish']) other) then 'language'
        else 'same' end
$$;
select own_functions('distance_of');
grant execute on function distance_of to chatbot_app;

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
-- most twice as many. Most passages are short; among questions as customers type them the right one is among the best
-- five for 94 %, among those that find room for 98 %: see bench/README.md.
--
-- `fits` is the same in all rows: false when no passage reaches the floor of its distance, so that the question is
-- plainly about something else. A model without a floor holds nothing back. It asks how far the question is from the
-- passages once for each language and script among them.
create or replace function evidence(p_question text, p_embedding vector, p_model smallint, p_limit int default 5)
    returns table (chunk_id bigint, document_id uuid, title text, page int, heading text, passage text, relevance real,
                   floor real, fits boolean)
    language sql stable as $$
    with nearest as materialized (
        select s.*, c.language, script_of(s.passage) as script,
               row_number() over best as place, sum(c.tokens) over best as room
        from search_chunks(telling_words(p_question), p_embedding, p_model, 2 * p_limit) s join chunks c
            on c.id = s.chunk_id
        window best as (order by s.score desc, s.chunk_id)
    ), best as materialized (
        select * from nearest where place <= p_limit or room <= 220 * p_limit
    ), kinds as materialized (
        select b.language, b.script, distance_of(left(p_question, 1000), min(b.passage), b.language) as distance
        from best b group by b.language, b.script
    ), compared as (
        select b.*, coalesce(case k.distance
               when 'same' then m.floor
               when 'language' then coalesce(m.floor_other_language, m.floor)
               else coalesce(m.floor_other_script, m.floor_other_language, m.floor) end, 0) as floor
        from best b
        join kinds k on k.language = b.language and k.script is not distinct from b.script
        join embedding_models m on m.id = p_model
    )
    select c.chunk_id, c.document_id, c.title, c.page, c.heading, c.passage, c.relevance, c.floor,
           bool_or(c.relevance >= c.floor or c.floor = 0) over ()
    from compared c
    order by c.place
$$;
select own_functions('evidence');
grant execute on function evidence to chatbot_app;

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
