-- Contradictions: passages of different documents that give different figures for the same thing. f/ingest/compare
-- decides which do; this finds what it compares, and keeps what it found.

-- Names a pair of sentences, whichever comes first.
create or replace function contradiction_pair(p_said text, p_other_said text) returns bytea
    language sql immutable as $$
    select sha256(convert_to(least(p_said, p_other_said) || E'\n' || greatest(p_said, p_other_said), 'UTF8'))
$$;
select own_functions('contradiction_pair');
grant execute on function contradiction_pair to chatbot_app;

-- For each of p_count passages of a document with a figure, from p_first on: the eight nearest ones of the tenant's
-- other documents that have figures, too. It reads all vectors of these: the caller bounds the time.
create or replace function comparable_passages(p_document uuid, p_first int, p_count int)
    returns table (ordinal int, heading text, passage text, other_document_id uuid, other_ordinal int,
                   other_title text, other_heading text, other_passage text)
    language plpgsql stable rows 100 set jit = off as $$
begin
    return query execute
        'with elsewhere as materialized (
             select f.chunk_id, f.model_id, f.embedding from chunk_embeddings f
             join chunks t on t.tenant_id = $2 and t.id = f.chunk_id
             where f.tenant_id = $2 and t.document_id <> $1 and t.text ~ ''\d'')
         select c.ordinal, c.heading, c.text, o.document_id, o.ordinal, d.title, o.heading, o.text
         from (select id, ordinal, heading, text from chunks
               where document_id = $1 and tenant_id = $2 and ordinal >= $3 and text ~ ''\d''
               order by ordinal limit $4) c
         join chunk_embeddings e on e.tenant_id = $2 and e.chunk_id = c.id
         cross join lateral (select f.chunk_id from elsewhere f where f.model_id = e.model_id
                             order by f.embedding <=> e.embedding limit 8) near
         join chunks o on o.tenant_id = $2 and o.id = near.chunk_id
         join documents d on d.id = o.document_id
         order by c.ordinal'
        using p_document, current_tenant(), p_first, p_count;
end $$;
select own_functions('comparable_passages');
grant execute on function comparable_passages to chatbot_app;

-- Adds contradictions of a document's passages:
-- [{ordinal, said, other_document_id, other_ordinal, other_said}]. It leaves
-- out what somebody has dismissed, what is recorded already, and passages that are gone. Returns how many it has added.
create or replace function add_contradictions(p_document uuid, p_found jsonb) returns int
    language plpgsql set search_path = public, pg_temp as $$
declare
    added int;
begin
    insert into contradictions (tenant_id, document_id, ordinal, said, other_document_id, other_ordinal, other_said)
        select distinct on (contradiction_pair(f.said, f.other_said)) current_tenant(), p_document, f.ordinal, f.said,
               f.other_document_id, f.other_ordinal, f.other_said
        from jsonb_to_recordset(p_found) f(ordinal int, said text, other_document_id uuid, other_ordinal int,
                                           other_said text)
        join chunks c on c.document_id = p_document and c.ordinal = f.ordinal
        join chunks o on o.document_id = f.other_document_id and o.ordinal = f.other_ordinal
        where not exists (select from contradiction_dismissals d where d.tenant_id = current_tenant()
                          and d.pair = contradiction_pair(f.said, f.other_said))
          and not exists (select from contradictions x where x.tenant_id = current_tenant()
                          and p_document in (x.document_id, x.other_document_id)
                          and contradiction_pair(x.said, x.other_said) = contradiction_pair(f.said, f.other_said));
    get diagnostics added = row_count;
    return added;
end $$;
select own_functions('add_contradictions');
grant execute on function add_contradictions to chatbot_app;

-- Keeps the contradictions of a document, in place of those that it had, and of those that another document's run has
-- recorded with it. Returns how many it has recorded.
create or replace function record_contradictions(p_document uuid, p_found jsonb) returns int
    language plpgsql set search_path = public, pg_temp as $$
begin
    perform lock_publications(current_tenant());
    delete from contradictions where tenant_id = current_tenant() and p_document in (document_id, other_document_id);
    return add_contradictions(p_document, p_found);
end $$;
select own_functions('record_contradictions');
grant execute on function record_contradictions to chatbot_app;

-- The same for one passage.
create or replace function record_passage_contradictions(p_document uuid, p_ordinal int, p_found jsonb) returns int
    language plpgsql set search_path = public, pg_temp as $$
begin
    perform lock_publications(current_tenant());
    delete from contradictions where tenant_id = current_tenant()
        and ((document_id, ordinal) = (p_document, p_ordinal)
             or (other_document_id, other_ordinal) = (p_document, p_ordinal));
    return add_contradictions(p_document, p_found);
end $$;
select own_functions('record_passage_contradictions');
grant execute on function record_passage_contradictions to chatbot_app;
