-- The sources that are due, of all tenants, each for one reader: so many that no more than `most` are being read. A reading may hold a worker
-- for the better part of an hour, and the workers answer customers, too.
drop function claim_sources(int);
create function claim_sources(most int) returns table (source_id uuid, tenant_id uuid, run_id uuid)
    language sql security definer set search_path = public, pg_temp as $$
    update knowledge_sources s set state = case s.state when 'new' then s.state else 'reading' end, error = null, run_id = gen_random_uuid(),
        next_read_at = now() + interval '2 hours'
    from (select k.id from knowledge_sources k join tenants t on t.id = k.tenant_id and t.status = 'active'
          where k.next_read_at <= now() order by k.next_read_at
          limit greatest(most - (select count(*) from knowledge_sources r where r.state in ('new', 'reading') and r.run_id is not null
                                 and r.next_read_at > now()), 0)
          for update of k skip locked) due
    where s.id = due.id returning s.id, s.tenant_id, s.run_id
$$;
select own_functions('claim_sources');
grant execute on function claim_sources to chatbot_app;
