-- Passages that the staff has corrected or left out of answers: what was changed holds for a new version, too, while
-- the text that was read stays the same; and why a question finds a passage or does not.

-- The words under which search finds a passage.
create or replace function passage_words(p_language text, p_title text, p_heading text, p_text text) returns tsvector
    language sql stable as $$
    select setweight(words_of(p_language, concat_ws(' ', p_title, p_heading)), 'A') || words_of(p_language, p_text)
$$;
select own_functions('passage_words');
grant execute on function passage_words to chatbot_app;

-- The edits that fit a staged passage, those of the documents that go with this one among them; the latest for each.
create or replace function fitting_edits(p_document uuid)
    returns table (ordinal int, edit_id uuid, text text, left_out boolean)
    language sql stable set search_path = public, pg_temp as $$
    select distinct on (s.ordinal) s.ordinal, e.id, e.text, e.left_out
    from (select c.ordinal, c.heading, coalesce(c.source_text, c.text) as source_text, row_number() over (
              partition by c.heading, coalesce(c.source_text, c.text) order by c.ordinal) as occurrence
          from staged_chunks c where c.document_id = p_document) s
    join passage_edits e using (heading, source_text, occurrence)
    where e.tenant_id = current_tenant()
      and (e.document_id = p_document or e.document_id in (select superseded_by(p_document)))
    order by s.ordinal, e.edited_at desc
$$;
select own_functions('fitting_edits');
grant execute on function fitting_edits to chatbot_app;

-- Gives staged passages the text that the staff has corrected them to; they lose the vectors of their old text.
create or replace function correct_staged(p_document uuid) returns void
    language sql set search_path = public, pg_temp as $$
    update staged_chunks s set source_text = s.text, text = f.text, embedding = null
    from fitting_edits(p_document) f
    where s.document_id = p_document and s.ordinal = f.ordinal and s.source_text is null and f.text is not null
$$;

-- Takes over the edits of the documents that this one replaces. Call it before they go, with the passages staged.
create or replace function adopt_edits(p_document uuid) returns void
    language plpgsql set search_path = public, pg_temp as $$
declare
    fitting jsonb := (select coalesce(jsonb_object_agg(edit_id, ordinal), '{}') from fitting_edits(p_document));
begin
    update passage_edits set ordinal = null, document_id = p_document
        where tenant_id = current_tenant()
          and (document_id = p_document or document_id in (select superseded_by(p_document)));
    update passage_edits set ordinal = (fitting ->> id::text)::int
        where document_id = p_document and fitting ? id::text;
    -- An older edit of the same passage, of another version.
    delete from passage_edits e using passage_edits n
        where e.document_id = p_document and e.ordinal is null and n.document_id = p_document
          and n.ordinal is not null and n.heading = e.heading and n.source_text = e.source_text
          and n.occurrence = e.occurrence;
end $$;
select own_functions('adopt_edits');

-- Corrects a passage of the current tenant, leaves it out of answers, or undoes both: p_text null is the text as it
-- was read. The vector is of the text that results. False, and nothing changes, when the passage no longer says p_was
-- or the vector's model is no longer the tenant's.
create or replace function edit_passage(p_document uuid, p_ordinal int, p_was text, p_text text, p_left_out boolean,
                                        p_tokens int, p_model smallint, p_embedding vector, p_by text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    doc documents;
    was record;
    source text;
    says text;
begin
    perform lock_publications(current_tenant());
    select * into doc from documents where id = p_document and tenant_id = current_tenant() for update;
    select * into was from passages_of(p_document) p where p.ordinal = p_ordinal;
    if was.text is distinct from p_was or not exists (
            select from embedding_models m join tenants t on t.embedding_model = m.name
            where t.id = doc.tenant_id and m.id = p_model) then
        return false;
    end if;
    source := coalesce(was.source_text, was.text);
    says := nullif(p_text, source);
    delete from passage_edits where document_id = p_document and ordinal = p_ordinal;
    if says is not null or p_left_out then
        insert into passage_edits (tenant_id, document_id, ordinal, heading, source_text, occurrence, text, left_out,
                                   edited_by)
        select doc.tenant_id, p_document, p_ordinal, was.heading, source, count(*), says, p_left_out, p_by
        from passages_of(p_document) p
        where p.heading = was.heading and coalesce(p.source_text, p.text) = source and p.ordinal <= p_ordinal;
    end if;
    delete from contradictions where (document_id, ordinal) = (p_document, p_ordinal)
        or (other_document_id, other_ordinal) = (p_document, p_ordinal);
    delete from chunks where document_id = p_document and ordinal = p_ordinal;
    delete from withheld_chunks where document_id = p_document and ordinal = p_ordinal;
    if p_left_out then
        insert into withheld_chunks (document_id, ordinal, tenant_id, page, char_start, page_end, char_end, heading,
                                     tokens, text, source_text, model_id, embedding, version)
        values (p_document, p_ordinal, doc.tenant_id, was.page, was.char_start, was.page_end, was.char_end,
                was.heading, p_tokens, coalesce(says, source), case when says is not null then source end, p_model,
                p_embedding, doc.version);
        return true;
    end if;
    with stored as (
        insert into chunks (tenant_id, document_id, version, ordinal, page, char_start, page_end, char_end, heading,
                            tokens, text, source_text, language, words)
        values (doc.tenant_id, p_document, doc.version, p_ordinal, was.page, was.char_start, was.page_end,
                was.char_end, was.heading, p_tokens, coalesce(says, source), case when says is not null then source end,
                doc.language, passage_words(doc.language, doc.title, was.heading, coalesce(says, source)))
        returning id, tenant_id
    )
    insert into chunk_embeddings (model_id, chunk_id, tenant_id, embedding)
        select p_model, id, tenant_id, p_embedding from stored;
    return true;
end $$;
select own_functions('edit_passage');
grant execute on function edit_passage to chatbot_app;

-- A document's passages, those that are left out among them.
create or replace function passages_of(p_document uuid)
    returns table (chunk_id bigint, ordinal int, page int, page_end int, char_start int, char_end int, heading text,
                   text text, source_text text, left_out boolean)
    language sql stable as $$
    select id, ordinal, page, page_end, char_start, char_end, heading, text, source_text, false
    from chunks where document_id = p_document and tenant_id = current_tenant()
    union all
    select null, ordinal, page, page_end, char_start, char_end, heading, text, source_text, true
    from withheld_chunks where document_id = p_document and tenant_id = current_tenant()
$$;
select own_functions('passages_of');
grant execute on function passages_of to chatbot_app;

-- Why a question finds passages of the current tenant or does not: the p_limit best, and as many of one document, if
-- one is given, and of those that are left out. `rank` counts among the candidates of the search; null: it is none.
-- `used`: the model would see it. `fits` as in find_passages(). `matched`: words of the question that the passage has.
create or replace function explain_search(p_question text, p_embedding vector, p_model smallint, p_document uuid,
                                          p_limit int default 10)
    returns table (document_id uuid, ordinal int, page int, title text, heading text, passage text, rank int,
                   cosine real, coverage real, relevance real, used boolean, fits boolean, left_out boolean,
                   matched text[])
    language sql stable as $$
    with asked as (
        select telling_words(p_question) as question
    ), ranked as materialized (
        select s.*, row_number() over (order by s.score desc, s.chunk_id)::int as rank
        from asked, search_chunks(asked.question, p_embedding, p_model, 80) s
    ), shown as materialized (
        select chunk_id, fits from find_passages(p_question, p_embedding, p_model)
    ), of_document as (
        select n.chunk_id, n.cosine
        from cosines(p_model, p_embedding,
                     array(select id from chunks c where c.document_id = p_document
                           and c.tenant_id = current_tenant())) n
        order by n.cosine desc limit p_limit
    ), chosen as (
        select chunk_id, cosine from ranked where rank <= p_limit union select * from of_document
    ), found as (
        select c.document_id, c.ordinal, c.page, c.heading, c.text, c.language, r.rank, h.cosine, r.coverage,
               r.relevance, r.chunk_id in (select chunk_id from shown) as taken, false as left_out
        from chosen h join chunks c on c.tenant_id = current_tenant() and c.id = h.chunk_id
        left join ranked r on r.chunk_id = h.chunk_id
        union all
        (select w.document_id, w.ordinal, w.page, w.heading, w.text, d.language, null,
                (1 - (w.embedding <=> p_embedding))::real, null, null, false, true
         from withheld_chunks w join documents d on d.id = w.document_id
         where w.tenant_id = current_tenant() and w.model_id = p_model order by w.embedding <=> p_embedding
         limit p_limit)
    )
    select f.document_id, f.ordinal, f.page, d.title, f.heading, f.text, f.rank, f.cosine, f.coverage, f.relevance,
           coalesce(f.taken, false) and (select coalesce(bool_or(fits), true) from shown),
           (select coalesce(bool_or(fits), true) from shown), f.left_out,
           array(select word from asked, regexp_split_to_table(asked.question, '[\s?!.,;:¿¡]+') word
                 where words_of(f.language, word) <> ''
                   and passage_words(f.language, d.title, f.heading, f.text)
                       @@ plainto_tsquery(('words_' || f.language)::regconfig, spaced(word)))
    from found f join documents d on d.id = f.document_id
    order by f.rank nulls last, f.cosine desc
$$;
select own_functions('explain_search');
grant execute on function explain_search to chatbot_app;
