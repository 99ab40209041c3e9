-- What fills the knowledge base beside uploads: web pages that are read again and again, and questions with answers
-- that a tenant's staff typed.

-- The sources of all tenants that are due, each for one reader, as long as no more than `most` are being read at
-- once: one reading may hold a worker for the better part of an hour, and the workers answer customers, too.
create or replace function claim_sources(most int) returns table (source_id uuid, tenant_id uuid, run_id uuid)
    language sql security definer set search_path = public, pg_temp as $$
    update knowledge_sources s set state = case s.state when 'new' then s.state else 'reading' end, error = null,
        run_id = gen_random_uuid(),
        next_read_at = now() + interval '2 hours'
    from (select k.id from knowledge_sources k join tenants t on t.id = k.tenant_id and t.status = 'active'
          where k.next_read_at <= now() order by k.next_read_at
          limit greatest(most - (select count(*) from knowledge_sources r where r.state in ('new', 'reading')
                                 and r.run_id is not null
                                 and r.next_read_at > now()), 0)
          for update of k skip locked) due
    where s.id = due.id returning s.id, s.tenant_id, s.run_id
$$;
select own_functions('claim_sources');
grant execute on function claim_sources to chatbot_app;

-- Claims a source for a reading at once: the id that its run is to have, or null where somebody is reading it.
create or replace function begin_reading(p_source uuid) returns uuid
    language sql set search_path = public, pg_temp as $$
    update knowledge_sources set state = case state when 'new' then state else 'reading' end, error = null,
        run_id = gen_random_uuid(),
        next_read_at = now() + interval '2 hours'
    where id = p_source and tenant_id = current_tenant() and (state not in ('new', 'reading') or next_read_at <= now())
    returning run_id
$$;

-- The sources of all tenants that were claimed ten minutes ago or longer and whose reading has not ended, so that the
-- caller can ask what became of their runs.
create or replace function slow_sources(batch int default 50)
    returns table (source_id uuid, tenant_id uuid, run_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select s.id, s.tenant_id, s.run_id from knowledge_sources s join tenants t on t.id = s.tenant_id
        and t.status = 'active'
    where s.state in ('new', 'reading') and s.next_read_at between now() and now() + interval '110 minutes'
    order by s.next_read_at limit batch
$$;
select own_functions('slow_sources');
grant execute on function slow_sources to chatbot_app;

-- Records that the run of a reading never began, or is gone: the source says so, unless another run has it by now,
-- and is read again in two hours at the latest.
create or replace function lose_reading(p_source uuid, p_run uuid) returns boolean
    language sql set search_path = public, pg_temp as $$
    update knowledge_sources set state = 'failed',
        next_read_at = now() + least(make_interval(hours => refresh_hours), interval '2 hours'),
        error = 'Reading these pages failed on our side; it is tried again later. '
            'If that fails too, tell your operator.'
    where id = p_source and tenant_id = current_tenant() and state in ('new', 'reading')
        and run_id is not distinct from p_run
    returning true
$$;

-- Writes the questions and answers into their document anew; call it in the transaction that changed the pairs. The
-- last version answers until a run has read the new one. `document_id` is the document to ingest (null where no pair
-- is left), `refusal` the plan's sentence: then roll back.
create or replace function qa_pairs_changed(p_by text, out document_id uuid, out refusal text)
    language plpgsql set search_path = public, pg_temp as $$
declare
    written bytea;
    latest documents;
begin
    perform lock_answers(current_tenant());
    perform lock_publications(current_tenant());
    if not exists (select from qa_pairs where tenant_id = current_tenant()) then
        delete from documents where tenant_id = current_tenant() and origin = 'qa_pairs';
        return;
    end if;
    -- The time makes the bytes of each version unique: going back to an earlier wording is a new version, too.
    select convert_to(jsonb_build_object('at', clock_timestamp(), 'pairs', jsonb_agg(
               jsonb_build_object('question', question, 'answer', answer) order by created_at, id))::text, 'UTF8')
        into written from qa_pairs where tenant_id = current_tenant();
    select * into latest from documents d where d.tenant_id = current_tenant() and d.origin = 'qa_pairs'
        and not exists (select from documents n where n.replaces = d.id) order by d.created_at desc limit 1 for update;
    if latest.state = 'received' then
        -- No run has read it yet, so its reader finds the newer words.
        update documents d set content = written, sha256 = sha256(written),
            size_bytes = length(written), uploaded_by = p_by, updated_at = now() where d.id = latest.id;
        document_id := latest.id;
        return;
    end if;
    refusal := admit_document(length(written), latest.id);
    if refusal is null then
        insert into documents (tenant_id, title, filename, sha256, size_bytes, content, replaces, origin, uploaded_by,
                               sendable)
            values (current_tenant(), 'Questions and answers', 'answers.json', sha256(written), length(written),
                    written, latest.id,
                    'qa_pairs', p_by, false)
            returning id into document_id;
    end if;
end $$;
