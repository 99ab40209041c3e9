-- Two at once: two uploads of one file, two new versions of one document, two readings of one source, a reading that never began, a model
-- that changes while documents are deleted.

-- As before, but a document never goes by its own publication, whichever way `replaces` leads.
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
    select d.id from documents d join this on d.tenant_id = this.tenant_id and d.origin = this.origin and d.id <> this.id
        and d.source_id is not distinct from this.source_id and d.source_url is not distinct from this.source_url
    where this.origin <> 'upload' and d.id not in (select id from newer)
$$;

-- Both as before, but all that goes with the replaced document leaves room, not it alone: it may be a new version itself, still being read.
create or replace function admit_document(p_bytes bigint, p_replaces uuid default null) returns jsonb
    language plpgsql set search_path = public, pg_temp as $$
declare
    here record;
    today int;
begin
    perform pg_advisory_xact_lock(7202613, hashtext(current_tenant()::text));
    select count(*) as documents, coalesce(sum(size_bytes), 0) as bytes into here
        from documents where tenant_id = current_tenant() and state <> 'failed' and id is distinct from p_replaces
            and id not in (select superseded_by(p_replaces));
    if here.documents >= plan_limit('documents') then
        return problem('plan_documents', jsonb_build_object('most', plan_limit('documents')));
    elsif here.bytes + p_bytes > plan_limit('bytes') then
        return problem('plan_storage', jsonb_build_object('most', plan_limit('bytes') / 1000000, 'used', round(here.bytes / 1000000, 1),
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

create or replace function pages_left(p_document uuid) returns bigint
    language sql stable as $$
    select greatest(plan_limit('pages') - coalesce(sum(d.pages), 0), 0) from documents d
    where d.tenant_id = current_tenant() and d.state in ('ready', 'processing') and d.id <> p_document
      and d.id not in (select superseded_by(p_document))
$$;

-- Takes an uploaded file. No row where what it should replace is not here; `known`, the title, where the same file is here already;
-- `refusal`, the plan's limit as a problem, where there is no room; otherwise the document that is to be ingested.
-- A file whose reading failed is taken again as what it is uploaded as now. A second new version of a document replaces the first one, too:
-- whichever is whole first, the later upload is what answers in the end.
create function take_upload(p_by text, p_title text, p_filename text, p_content bytea, p_replaces uuid)
    returns table (document_id uuid, state text, known text, refusal jsonb)
    language plpgsql set search_path = public, pg_temp as $$
declare
    digest bytea := sha256(p_content);
    same record;
    last uuid;
    limited jsonb;
begin
    -- As publish_document, which locks the new version first and then the old ones; then as admit_document: who comes second finds the file.
    perform pg_advisory_xact_lock(7202612, hashtext(current_tenant()::text));
    perform pg_advisory_xact_lock(7202613, hashtext(current_tenant()::text));
    if p_replaces is not null and not exists (select from documents d where d.id = p_replaces and d.tenant_id = current_tenant()) then
        return;
    end if;
    select d.id, d.title, d.state, d.replaces into same from documents d
        where d.tenant_id = current_tenant() and d.sha256 = digest for update;
    if same.state <> 'failed' then
        return query select same.id, same.state, same.title, null::jsonb;
        return;
    end if;
    with recursive versions as (
        select d.id, d.created_at from documents d where d.id = p_replaces
        union select d.id, d.created_at from documents d join versions v on d.replaces = v.id
    )
    select v.id into last from versions v where v.id is distinct from same.id order by v.created_at desc limit 1;
    limited := admit_document(length(p_content), last);
    if limited is not null then
        return query select null::uuid, 'refused', null::text, limited;
        return;
    end if;
    if same.id is null then
        return query insert into documents as d (tenant_id, uploaded_by, title, filename, sha256, size_bytes, content, replaces, created_at)
            values (current_tenant(), p_by, p_title, p_filename, digest, length(p_content), p_content, last, clock_timestamp())
            returning d.id, d.state, null::text, null::jsonb;
        return;
    end if;
    -- It leaves its old place among the versions, and vectors that were made with another title.
    update documents d set replaces = same.replaces where d.replaces = same.id and d.tenant_id = current_tenant();
    delete from staged_chunks s where s.document_id = same.id and same.title <> p_title;
    return query update documents d set state = 'received', error = null, warnings = '[]', title = p_title, filename = p_filename,
            uploaded_by = p_by, replaces = last, run_id = null, restarts = 0, created_at = clock_timestamp(), updated_at = now()
        where d.id = same.id returning d.id, d.state, null::text, null::jsonb;
end $$;

-- Sources. `run_id` is the id of the run that reads one, or is about to: it is chosen with the claim, and a run with another id leaves the
-- source alone. A reader has two hours, until next_read_at.
alter table knowledge_sources add column run_id uuid;

-- Claims a source for a reading at once: the id that its run is to have, or null where somebody is reading it.
create function begin_reading(p_source uuid) returns uuid
    language sql set search_path = public, pg_temp as $$
    update knowledge_sources set state = case state when 'new' then state else 'reading' end, error = null, run_id = gen_random_uuid(),
        next_read_at = now() + interval '2 hours'
    where id = p_source and tenant_id = current_tenant() and (state not in ('new', 'reading') or next_read_at <= now())
    returning run_id
$$;

-- The sources that are due, of all tenants, each for one reader: until two hours are over nobody else is given it.
drop function claim_sources(int);
create function claim_sources(batch int default 10) returns table (source_id uuid, tenant_id uuid, run_id uuid)
    language sql security definer set search_path = public, pg_temp as $$
    update knowledge_sources s set state = case s.state when 'new' then s.state else 'reading' end, error = null, run_id = gen_random_uuid(),
        next_read_at = now() + interval '2 hours'
    from (select k.id from knowledge_sources k join tenants t on t.id = k.tenant_id and t.status = 'active'
          where k.next_read_at <= now() order by k.next_read_at limit batch for update of k skip locked) due
    where s.id = due.id returning s.id, s.tenant_id, s.run_id
$$;

-- The sources that were claimed ten minutes ago or longer and whose reading has not ended, of all tenants: their runs are asked after.
create function slow_sources(batch int default 50) returns table (source_id uuid, tenant_id uuid, run_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select s.id, s.tenant_id, s.run_id from knowledge_sources s join tenants t on t.id = s.tenant_id and t.status = 'active'
    where s.state in ('new', 'reading') and s.next_read_at between now() and now() + interval '110 minutes'
    order by s.next_read_at limit batch
$$;
select own_functions('claim_sources', 'slow_sources');
grant execute on function claim_sources, slow_sources to chatbot_app;

-- The run of a reading never began, or is gone. The source says so, unless another run has it by now; it is read again in two hours.
create function lose_reading(p_source uuid, p_run uuid) returns boolean
    language sql set search_path = public, pg_temp as $$
    update knowledge_sources set state = 'failed', next_read_at = now() + least(make_interval(hours => refresh_hours), interval '2 hours'),
        error = problem('source_failed')
    where id = p_source and tenant_id = current_tenant() and state in ('new', 'reading') and run_id is not distinct from p_run
    returning true
$$;

-- Vectors of a model that a tenant is changing to. A chunk that is being deleted is waited for and left out: it would not pass the foreign
-- key, which only the tables' owner may look after in advance.
create function add_vectors(p_model smallint, p_chunks bigint[], p_embeddings vector[]) returns int
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
