-- What fills the knowledge base beside uploads and Q&A pairs: web pages that are read again and again.

-- Whether a run reads the source, or is about to.
create or replace function is_read(p_source knowledge_sources) returns boolean
    language sql stable set search_path = public, pg_temp
    return p_source.state in ('new', 'reading') and p_source.run_id is not null and p_source.next_read_at > now();

-- The sources of all tenants that are due, each for one reader, as long as no more than `most` are being read at
-- once: those that have been due for longest, and of each tenant one at a time. A reading is put down after each
-- slice and is due again, so that all take turns.
create or replace function claim_sources(most int) returns table (source_id uuid, tenant_id uuid, run_id uuid)
    language sql security definer set search_path = public, pg_temp as $$
    update knowledge_sources s set state = case s.state when 'new' then s.state else 'reading' end, error = null,
        run_id = gen_random_uuid(),
        next_read_at = now() + interval '2 hours'
    from (select k.id from knowledge_sources k join (
              select distinct on (d.tenant_id) d.id from knowledge_sources d
              join tenants t on t.id = d.tenant_id and t.status = 'active'
              where d.next_read_at <= now()
                and not exists (select from knowledge_sources r where r.tenant_id = d.tenant_id and is_read(r))
              order by d.tenant_id, d.next_read_at) first using (id)
          order by k.next_read_at
          limit greatest(most - (select count(*) from knowledge_sources r where is_read(r)), 0)
          for update of k skip locked) due
    where s.id = due.id returning s.id, s.tenant_id, s.run_id
$$;
select own_functions('claim_sources');
grant execute on function claim_sources to chatbot_app;

-- Claims a source for a reading at once: the id that its run is to have. '': another source of the tenant is being
-- read, and this one is due when that is put down; null: somebody is reading this one.
create or replace function begin_reading(p_source uuid) returns text
    language plpgsql set search_path = public, pg_temp as $$
declare
    source knowledge_sources;
begin
    perform lock_sources(current_tenant());
    select * into source from knowledge_sources where id = p_source and tenant_id = current_tenant() for update;
    if not found or is_read(source) then
        return null;
    end if;
    if exists (select from knowledge_sources r where r.tenant_id = current_tenant() and is_read(r)) then
        update knowledge_sources set next_read_at = least(next_read_at, now()) where id = p_source;
        return '';
    end if;
    update knowledge_sources set state = case state when 'new' then state else 'reading' end, error = null,
        run_id = gen_random_uuid(), next_read_at = now() + interval '2 hours'
        where id = p_source returning run_id into source.run_id;
    return source.run_id;
end $$;

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

-- Records that the run of a reading never began, or is gone, unless another run has it by now. A reading that was put
-- down goes on from there, three times ('due'); else the source says so ('failed'), and is read again in two hours at
-- the latest.
create or replace function lose_reading(p_source uuid, p_run uuid) returns text
    language sql set search_path = public, pg_temp as $$
    update knowledge_sources k set
        state = case when goes_on then k.state else 'failed' end,
        losses = case when goes_on then k.losses + 1 else 0 end,
        progress = case when goes_on then k.progress end,
        run_id = case when goes_on then null else k.run_id end,
        next_read_at = now() + case when goes_on then '0'
                                    else least(make_interval(hours => refresh_hours), '2 hours') end,
        error = case when goes_on then null else problem('source_failed') end
    from (select id, progress is not null and losses < 3 as goes_on from knowledge_sources) l
    where k.id = p_source and l.id = k.id and k.tenant_id = current_tenant() and k.state in ('new', 'reading')
        and k.run_id is not distinct from p_run
    returning case when goes_on then 'due' else 'failed' end
$$;
