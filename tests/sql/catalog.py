"""What PostgreSQL itself says of a database: to compare two of them."""

from __future__ import annotations

from typing import Any

import psycopg

OURS = "not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')"
QUERIES = {
    "relations": "select relname, relkind, relowner::regrole::text, relrowsecurity, relforcerowsecurity, reloptions,"
    " pg_get_expr(relpartbound, oid), array(select x::text from unnest(relacl) x order by 1)"
    " from pg_class where relnamespace = 'public'::regnamespace",
    "columns": "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,"
    " a.attgenerated, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum),"
    " array(select x::text from unnest(a.attacl) x order by 1)"
    " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
    " left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum"
    " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')",
    "constraints": "select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated"
    " from pg_constraint where connamespace = 'public'::regnamespace",
    "indexes": "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'",
    "policies": "select tablename, policyname, permissive, roles::text[], cmd, qual, with_check"
    " from pg_policies where schemaname = 'public'",
    "triggers": "select tgname, pg_get_triggerdef(oid), tgenabled from pg_trigger where not tgisinternal",
    "functions": "select p.oid::regprocedure::text, pg_get_functiondef(p.oid), proowner::regrole::text,"
    " array(select x::text from unnest(proacl) x order by 1)"
    f" from pg_proc p where pronamespace = 'public'::regnamespace and {OURS}",
    "configurations": "select c.cfgname, m.maptokentype, m.mapseqno, m.mapdict::regdictionary::text"
    " from pg_ts_config c join pg_ts_config_map m on m.mapcfg = c.oid where cfgnamespace = 'public'::regnamespace",
    "extensions": "select extname from pg_extension",
    "models": "select name, dimensions, floor, alike from embedding_models",
    "errors": "select first_code, last_code, action, waits, meaning from send_errors",
}


def catalog(url: str) -> dict[str, list[Any]]:
    """All that makes a database what it is, but for its rows and the order of columns."""
    with psycopg.connect(url) as conn:
        return {
            kind: sorted(conn.execute(query.encode()).fetchall(), key=str) for kind, query in QUERIES.items()
        }
