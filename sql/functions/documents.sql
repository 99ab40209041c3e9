-- Documents: they are admitted, read, published in one piece, replaced, and read again when their run was lost.

-- The documents that go when this one is whole: those that it replaces, one after the other; and other versions of
-- the same web page or of the same questions and answers, except those that are to replace this one. Drafted answers
-- take the place of the live ones with their publication. A document never goes by its own publication, whichever way
-- `replaces` leads.
create or replace function superseded_by(p_document uuid) returns setof uuid
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
    select id from older where id <> p_document
    union
    select d.id from documents d join this on d.tenant_id = this.tenant_id and d.id <> this.id
        and (d.origin = this.origin or (this.origin, d.origin) = ('qa_draft', 'qa_pairs'))
        and d.source_id is not distinct from this.source_id and d.source_url is not distinct from this.source_url
    where this.origin <> 'upload' and d.id not in (select id from newer)
$$;

-- Publishes a new version in one transaction, so that the old one answers until the new one is whole: swaps the
-- chunks, the vectors and the replaced documents. The words are indexed in the document's language. Returns -1, and
-- changes nothing, when the vectors are of a model that the tenant has left meanwhile, or a passage has been corrected
-- meanwhile. Of drafted answers all stays staged, for publish_pairs().
create or replace function publish_document(p_document uuid) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    doc documents;
    published int;
begin
    perform lock_publications(current_tenant());
    select * into doc from documents where id = p_document and tenant_id = current_tenant() for update;
    if not found then
        raise exception 'document % does not exist', p_document using errcode = 'no_data_found';
    end if;
    if not exists (select from staged_chunks where document_id = p_document) then
        -- The step runs a second time, and its work is done.
        return (select count(*) from chunks where document_id = p_document);
    end if;
    if exists (select from staged_chunks where document_id = p_document and embedding is null) then
        raise exception 'document % still has chunks without a vector', p_document;
    end if;
    if exists (select from staged_chunks s where s.document_id = p_document and s.model_id is distinct from
               (select m.id from embedding_models m join tenants t on t.embedding_model = m.name
                where t.id = doc.tenant_id))
       or exists (select from staged_chunks s left join fitting_edits(p_document) f using (ordinal)
                  where s.document_id = p_document and s.text <> coalesce(f.text, s.source_text, s.text)) then
        return -1;
    end if;
    doc.language := coalesce(
        (select language_of(string_agg(text, ' ' order by ordinal)) from (
            select text, ordinal from staged_chunks where document_id = p_document order by ordinal limit 12) s),
        (select language from tenant_languages where tenant_id = doc.tenant_id order by chunks desc limit 1), 'simple');
    if doc.origin = 'qa_draft' then
        delete from documents where tenant_id = doc.tenant_id and origin = 'qa_draft'
            and id in (select superseded_by(p_document));
        update documents set state = 'drafted', error = null, language = doc.language, restarts = 0, replaces = null,
            updated_at = now() where id = p_document;
        return (select count(*) from staged_chunks where document_id = p_document);
    end if;
    perform adopt_edits(p_document);
    delete from chunks where document_id = p_document;
    delete from withheld_chunks where document_id = p_document;
    delete from contradictions where p_document in (document_id, other_document_id);
    delete from documents where tenant_id = doc.tenant_id and id in (select superseded_by(p_document));
    with moved as (
        delete from staged_chunks where document_id = p_document returning *
    ), withheld as (
        insert into withheld_chunks
        select m.*, doc.version from moved m where exists (
            select from passage_edits e where e.document_id = p_document and e.ordinal = m.ordinal and e.left_out)
        returning ordinal
    ), stored as (
        insert into chunks (tenant_id, document_id, version, ordinal, page, char_start, page_end, char_end, heading,
                            tokens, text, source_text, language, words)
        select tenant_id, document_id, doc.version, ordinal, page, char_start, page_end, char_end, heading, tokens,
            text, source_text, doc.language, passage_words(doc.language, doc.title, heading, text)
        from moved where ordinal not in (select ordinal from withheld) order by ordinal
        returning id, tenant_id, ordinal
    ), vectors as (
        insert into chunk_embeddings (model_id, chunk_id, tenant_id, embedding)
        select m.model_id, s.id, s.tenant_id, m.embedding from stored s join moved m using (ordinal)
        returning 1
    )
    select count(*) into published from vectors;
    update documents set state = 'ready', error = null, chunks = published, chunks_embedded = published,
        language = doc.language, restarts = 0,
        replaces = null, updated_at = now() where id = p_document;
    return published;
end $$;
select own_functions('publish_document');
grant execute on function publish_document to chatbot_app;

-- Keeps the vectors of passages that have not changed in a new version of a document. Returns how many it kept. The
-- live answers and their draft have them from each other.
create or replace function reuse_vectors(p_document uuid) returns int
    language plpgsql set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    reused int;
    more int;
begin
    update staged_chunks s set embedding = e.embedding, model_id = e.model_id
        from documents d
        join documents before on before.title = d.title and (before.id in (d.id, d.replaces)
            or before.tenant_id = d.tenant_id and (d.origin, before.origin) = ('qa_draft', 'qa_pairs'))
        join chunks c on c.document_id = before.id
        join chunk_embeddings e on e.tenant_id = c.tenant_id and e.chunk_id = c.id
        join embedding_models m on m.id = e.model_id
        join tenants t on t.id = d.tenant_id and t.embedding_model = m.name
        where d.id = p_document and s.document_id = d.id and s.text = c.text and s.heading = c.heading
            and (s.embedding is null or s.model_id <> m.id);
    get diagnostics reused = row_count;
    update staged_chunks s set embedding = o.embedding, model_id = o.model_id
        from documents d
        join documents before on before.tenant_id = d.tenant_id and before.id <> d.id and before.origin = 'qa_draft'
        join staged_chunks o on o.document_id = before.id
        join tenants t on t.id = d.tenant_id
        join embedding_models m on m.name = t.embedding_model
        where d.id = p_document and d.origin in ('qa_draft', 'qa_pairs') and s.document_id = d.id
            and (s.embedding is null or s.model_id <> m.id) and o.embedding is not null and o.model_id = m.id
            and s.text = o.text and s.heading = o.heading;
    get diagnostics more = row_count;
    return reused + more;
end $$;

-- Ends a tenant's change of its embedding model. The new vectors are made beside the old ones, which answer until all
-- of the new ones are there; false: some are missing. Drafted answers are read once more: a vector of the old model is
-- near to nothing of the new one. What is live as well has its new vector already, so only what is drafted costs one.
create or replace function switch_embedding_model(p_model smallint) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform lock_publications(current_tenant());
    if exists (select from chunks c where c.tenant_id = current_tenant() and not exists (
            select from chunk_embeddings e where e.tenant_id = c.tenant_id and e.model_id = p_model
                and e.chunk_id = c.id)) then
        return false;
    end if;
    update tenants set embedding_model = (select name from embedding_models where id = p_model)
        where id = current_tenant();
    delete from chunk_embeddings where tenant_id = current_tenant() and model_id <> p_model;
    update documents set state = 'received', started_at = null, updated_at = now()
        where tenant_id = current_tenant() and state = 'drafted';
    return true;
end $$;
select own_functions('switch_embedding_model');
grant execute on function switch_embedding_model to chatbot_app;

-- Asks whether the plan allows one more document, before it is stored. Null: it does, and one ingestion is counted;
-- else the problem that names the limit. Everything that goes with the replaced document leaves room, not it alone:
-- it may be a new version itself that a run still reads. Drafted answers take no room beside the live ones.
create or replace function admit_document(p_bytes bigint, p_replaces uuid default null) returns jsonb
    language plpgsql set search_path = public, pg_temp as $$
declare
    here record;
    today int;
begin
    if is_budget_spent() then
        return problem('plan_month', '{}');
    end if;
    perform lock_admissions(current_tenant());
    select count(*) as documents, coalesce(sum(size_bytes), 0) as bytes into here
        from documents where tenant_id = current_tenant() and state <> 'failed' and id is distinct from p_replaces
            and origin <> 'qa_draft' and id not in (select superseded_by(p_replaces));
    if here.documents >= plan_limit('documents') then
        return problem('plan_documents', jsonb_build_object('most', plan_limit('documents')));
    elsif here.bytes + p_bytes > plan_limit('bytes') then
        return problem('plan_storage', jsonb_build_object(
            'most', plan_limit('bytes') / 1000000,
            'used', round(here.bytes / 1000000, 1),
            'size', ceil(p_bytes / 1000000.0)));
    end if;
    select ingestions into today from tenant_ingestions where tenant_id = current_tenant() and day = current_date;
    if coalesce(today, 0) >= plan_limit('ingestions_per_day') then
        return problem('plan_daily_documents', jsonb_build_object('most', plan_limit('ingestions_per_day')));
    end if;
    insert into tenant_ingestions as i (tenant_id, day, ingestions) values (current_tenant(), current_date, 1)
        on conflict (tenant_id, day) do update set ingestions = i.ingestions + 1;
    return null;
end $$;

-- The pages that the plan still allows for this document. Everything that goes with it leaves room. Drafted answers
-- take none beside the live ones.
create or replace function pages_left(p_document uuid) returns bigint
    language sql stable as $$
    select greatest(plan_limit('pages') - coalesce(sum(d.pages), 0), 0) from documents d
    where d.tenant_id = current_tenant() and d.state in ('ready', 'processing') and d.id <> p_document
      and d.origin <> 'qa_draft' and d.id not in (select superseded_by(p_document))
$$;

-- Claims the current tenant's documents that may be read now, the oldest first. The plan says how much of the tenant's
-- is read at once (background_jobs); one of that is for websites. What has stood still for half an hour takes no room.
create or replace function claim_ingestions() returns table (document_id uuid)
    language plpgsql set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    perform lock_admissions(current_tenant());
    return query with claimed as (update documents d set started_at = now(), updated_at = now()
        where d.id in (
            select w.id from documents w
            where w.tenant_id = current_tenant() and w.state = 'received' and w.started_at is null
            order by w.created_at, w.id
            limit greatest(0, greatest(1, plan_limit('background_jobs') - 1) - (
                select count(*) from documents r
                where r.tenant_id = current_tenant()
                  and (r.state = 'processing' or r.state = 'received' and r.started_at is not null)
                  and r.updated_at > now() - interval '30 minutes')))
        returning d.id, d.created_at)
    select c.id from claimed c order by c.created_at, c.id;
end $$;

-- The tenants whose documents wait, for a caller that starts what was left behind.
create or replace function tenants_with_waiting_documents() returns setof uuid
    language sql stable security definer set search_path = public, pg_temp as $$
    select distinct d.tenant_id from documents d join tenants t on t.id = d.tenant_id and t.status = 'active'
    where d.state = 'received' and d.started_at is null
$$;
select own_functions('tenants_with_waiting_documents');
grant execute on function tenants_with_waiting_documents to chatbot_app;

-- Documents of all tenants that stood still for half an hour, each for one caller: somebody cancelled their run, or
-- it never began. The steps write to the document oftener than that. `run_id` is the run that was reading it; null
-- where none has begun.
create or replace function claim_stranded_documents(batch int default 20)
    returns table (document_id uuid, tenant_id uuid, run_id uuid)
    language sql security definer set search_path = public, pg_temp as $$
    update documents d set updated_at = now()
    from (select s.id from documents s join tenants t on t.id = s.tenant_id and t.status = 'active'
          where (s.state = 'processing' or s.state = 'received' and s.started_at is not null)
            and s.updated_at < now() - interval '30 minutes'
          order by s.updated_at limit batch for update of s skip locked) still
    where d.id = still.id returning d.id, d.tenant_id, d.run_id
$$;
select own_functions('claim_stranded_documents');
grant execute on function claim_stranded_documents to chatbot_app;

-- Counts one more start of the current tenant's document. False after the fifth: then the document says that it
-- failed.
create or replace function restart_document(p_document uuid) returns boolean
    language sql set search_path = public, pg_temp as $$
    update documents set restarts = case when restarts < 5 then restarts + 1 else 0 end,
        state = case when restarts < 5 then 'received' else 'failed' end, started_at = now(), updated_at = now(),
        error = case when restarts < 5 then null else problem('reading_stalled') end
    where id = p_document and tenant_id = current_tenant() and state in ('received', 'processing')
    returning state = 'received'
$$;

-- A document, and all that is to replace it or one of those.
create or replace function versions_of(p_document uuid) returns setof uuid
    language sql stable as $$
    with recursive versions as (
        select d.id from documents d where d.id = p_document
        union select d.id from documents d join versions v on d.replaces = v.id)
    select id from versions
$$;
select own_functions('versions_of');
grant execute on function versions_of to chatbot_app;

-- Takes an uploaded file. No row where what it should replace is not here; `known`, the title, where the same file is
-- here already; `refusal`, the limit of the plan, where there is no room; otherwise the document that is to be
-- ingested. A file whose reading failed is taken again as what it is uploaded as now. A second new version of a
-- document replaces the first one, too: whichever is whole first, the later upload is what answers in the end. What
-- people have said of the old version holds for the new one: whether customers may get the file.
create or replace function take_upload(p_by text, p_title text, p_filename text, p_content bytea, p_replaces uuid)
    returns table (document_id uuid, state text, known text, refusal jsonb)
    language plpgsql set search_path = public, pg_temp as $$
declare
    digest bytea := sha256(p_content);
    same record;
    last uuid;
    may_go_out boolean;
    limited jsonb;
begin
    -- No publication runs meanwhile, and of two uploads of one file the second one finds the first.
    perform lock_publications(current_tenant());
    perform lock_admissions(current_tenant());
    if p_replaces is not null and not exists (select from documents d where d.id = p_replaces
                                              and d.tenant_id = current_tenant() and d.origin = 'upload') then
        return;
    end if;
    select d.id, d.title, d.state, d.replaces into same from documents d
        where d.tenant_id = current_tenant() and d.sha256 = digest for update;
    if same.state <> 'failed' then
        return query select same.id, same.state, same.title, null::jsonb;
        return;
    end if;
    select d.id, d.sendable into last, may_go_out from documents d join versions_of(p_replaces) v on d.id = v
        where d.id is distinct from same.id order by d.created_at desc limit 1;
    limited := admit_document(length(p_content), last);
    if limited is not null then
        return query select null::uuid, 'refused', null::text, limited;
        return;
    end if;
    if same.id is null then
        return query insert into documents as d (tenant_id, uploaded_by, title, filename, sha256, size_bytes, content,
                                                 replaces, sendable, created_at)
            values (current_tenant(), p_by, p_title, p_filename, digest, length(p_content), p_content, last,
                    coalesce(may_go_out, false), clock_timestamp())
            returning d.id, d.state, null::text, null::jsonb;
        return;
    end if;
    -- The document leaves its old place among the versions, and loses vectors that were made with another title.
    update documents d set replaces = same.replaces where d.replaces = same.id and d.tenant_id = current_tenant();
    delete from staged_chunks s where s.document_id = same.id and same.title <> p_title;
    return query update documents d set state = 'received', error = null, warnings = '[]', title = p_title,
        filename = p_filename,
            uploaded_by = p_by, replaces = last, run_id = null, restarts = 0, started_at = null,
            sendable = coalesce(may_go_out, d.sendable), created_at = clock_timestamp(),
                updated_at = now()
        where d.id = same.id returning d.id, d.state, null::text, null::jsonb;
end $$;

-- Stores vectors of a model that a tenant is changing to. It waits for a chunk that is being deleted and leaves it
-- out, because the vector would violate the foreign key. Only the tables' owner may lock chunks in advance.
create or replace function add_vectors(p_model smallint, p_chunks bigint[], p_embeddings vector[]) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    added int;
begin
    insert into chunk_embeddings (model_id, chunk_id, tenant_id, embedding)
        select p_model, here.id, here.tenant_id, given.embedding
        from (select c.id, c.tenant_id from chunks c where c.id = any (p_chunks) and c.tenant_id = current_tenant()
              order by c.id for key share) here
        join unnest(p_chunks, p_embeddings) given(id, embedding) on given.id = here.id
        on conflict do nothing;
    get diagnostics added = row_count;
    return added;
end $$;
select own_functions('add_vectors');
grant execute on function add_vectors to chatbot_app;
