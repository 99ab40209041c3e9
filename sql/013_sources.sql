-- What feeds the knowledge base: the plan's limits, web pages that are read again and again, and questions with their answers that a
-- tenant's staff typed. And documents whose reading stood still.

-- What a tenant may keep and do: tenants.limits by name, else the platform's figure.
create function plan_limit(p_name text) returns bigint
    language sql stable as $$
    select coalesce((select (limits ->> p_name)::bigint from tenants where id = current_tenant()), case p_name
        when 'documents' then 500 when 'pages' then 20000 when 'bytes' then 1000000000 when 'ingestions_per_day' then 200
        when 'sources' then 20 when 'qa_pairs' then 2000 end)
$$;

create table tenant_ingestions (
    tenant_id         uuid not null references tenants on delete cascade,
    day               date not null,
    ingestions        int not null,
    primary key (tenant_id, day)
);
select isolate('tenant_ingestions');
grant select, insert, update on tenant_ingestions to chatbot_app;

-- Asked before a document is stored: null and one ingestion counted, or the problem that names the limit.
create function admit_document(p_bytes bigint, p_replaces uuid default null) returns jsonb
    language plpgsql set search_path = public, pg_temp as $$
declare
    here record;
    today int;
begin
    perform pg_advisory_xact_lock(7202613, hashtext(current_tenant()::text));
    select count(*) as documents, coalesce(sum(size_bytes), 0) as bytes into here
        from documents where tenant_id = current_tenant() and state <> 'failed' and id is distinct from p_replaces;
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

-- The pages that the plan still holds for this document.
create function pages_left(p_document uuid) returns bigint
    language sql stable as $$
    select greatest(plan_limit('pages') - coalesce(sum(d.pages), 0), 0) from documents d
    where d.tenant_id = current_tenant() and d.state in ('ready', 'processing') and d.id <> p_document
      and d.id is distinct from (select replaces from documents where id = p_document)
$$;

-- The sources that are due, of all tenants, each for one reader: until two hours are over nobody else is given it.
create function claim_sources(batch int default 10) returns table (source_id uuid, tenant_id uuid)
    language sql security definer set search_path = public, pg_temp as $$
    update knowledge_sources s set next_read_at = now() + interval '2 hours'
    from (select k.id from knowledge_sources k join tenants t on t.id = k.tenant_id and t.status = 'active'
          where k.next_read_at <= now() order by k.next_read_at limit batch for update of k skip locked) due
    where s.id = due.id returning s.id, s.tenant_id
$$;
select own_functions('claim_sources');
grant execute on function claim_sources to chatbot_app;

-- Questions with their answers, one list a tenant. What the chatbot reads of it is a document that qa_pairs_changed() writes.
create table qa_pairs (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    question          text not null,
    answer            text not null,
    updated_by        text,
    created_at        timestamptz not null default clock_timestamp(),
    updated_at        timestamptz not null default clock_timestamp()
);
create unique index qa_pairs_once on qa_pairs (tenant_id, md5(lower(question)));
select isolate('qa_pairs');
grant select, insert, update, delete on qa_pairs to chatbot_app;

-- Called in the transaction that changed the pairs: writes the document anew. Until it is read, its last version answers. `document_id` is
-- what is to be ingested (null where no pair is left), `refusal` the plan's limit as a problem: then roll back.
create function qa_pairs_changed(p_by text, out document_id uuid, out refusal jsonb)
    language plpgsql set search_path = public, pg_temp as $$
declare
    written bytea;
    latest documents;
begin
    perform pg_advisory_xact_lock(7202614, hashtext(current_tenant()::text));
    -- As publish_document: it locks the new version first and then the old ones, which a scan meets the other way round.
    perform pg_advisory_xact_lock(7202612, hashtext(current_tenant()::text));
    if not exists (select from qa_pairs where tenant_id = current_tenant()) then
        delete from documents where tenant_id = current_tenant() and origin = 'qa_pairs';
        return;
    end if;
    -- The time makes each version's bytes its own: going back to an earlier wording is a new version, too.
    select convert_to(jsonb_build_object('at', clock_timestamp(), 'pairs', jsonb_agg(
               jsonb_build_object('question', question, 'answer', answer) order by created_at, id))::text, 'UTF8')
        into written from qa_pairs where tenant_id = current_tenant();
    select * into latest from documents d where d.tenant_id = current_tenant() and d.origin = 'qa_pairs'
        and not exists (select from documents n where n.replaces = d.id) order by d.created_at desc limit 1 for update;
    if latest.state = 'received' then
        -- Nobody has read it yet: its reader finds the newer words.
        update documents d set content = written, sha256 = sha256(written),
            size_bytes = length(written), uploaded_by = p_by, updated_at = now() where d.id = latest.id;
        document_id := latest.id;
        return;
    end if;
    refusal := admit_document(length(written), latest.id);
    if refusal is null then
        insert into documents (tenant_id, title, filename, sha256, size_bytes, content, replaces, origin, uploaded_by, sendable)
            values (current_tenant(), 'Questions and answers', 'answers.json', sha256(written), length(written), written, latest.id,
                    'qa_pairs', p_by, false)
            returning id into document_id;
    end if;
end $$;

-- Documents that stood still for half an hour, of all tenants, each for one caller: their run was cancelled, or never began. The steps
-- write to the document oftener than that. `run_id` is the run that was reading it; null where none has begun.
create function claim_stranded_documents(batch int default 20) returns table (document_id uuid, tenant_id uuid, run_id uuid)
    language sql security definer set search_path = public, pg_temp as $$
    update documents d set updated_at = now()
    from (select s.id from documents s join tenants t on t.id = s.tenant_id and t.status = 'active'
          where s.state in ('received', 'processing') and s.updated_at < now() - interval '30 minutes'
          order by s.updated_at limit batch for update of s skip locked) still
    where d.id = still.id returning d.id, d.tenant_id, d.run_id
$$;
select own_functions('claim_stranded_documents');
grant execute on function claim_stranded_documents to chatbot_app;

-- Counts one more start of the current tenant's document. False after the fifth: then the document says that it failed.
create function restart_document(p_document uuid) returns boolean
    language sql set search_path = public, pg_temp as $$
    update documents set restarts = case when restarts < 5 then restarts + 1 else 0 end,
        state = case when restarts < 5 then 'received' else 'failed' end, updated_at = now(),
        error = case when restarts < 5 then null else
            problem('reading_stalled') end
    where id = p_document and tenant_id = current_tenant() and state in ('received', 'processing')
    returning state = 'received'
$$;
