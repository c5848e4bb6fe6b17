-- The roles beside the archive's owner, their limits, and what this database lets nobody else do.
-- Run by a superuser in the archive's database, as often as one likes: by Jianbao on the embedded
-- server; by you on a server of your own, see docs/howto/connect.md.
-- 所有者以外的角色及其限制，由超级用户在存档所在的库中执行，可反复执行：内置服务器由简报自动执行，
-- 自备服务器见 docs/howto/connect.md。

do $$
declare
    role text;
    place text;
    called text;
    owner text := (select datdba::regrole::text from pg_database where datname = current_database());
begin
    foreach role in array array['writer', 'mailer', 'reader'] loop
        if not exists (select from pg_roles where rolname = role) then
            execute format('create role %I', role);
        end if;
        execute format('grant connect on database %I to %I', current_database(), role);
        -- A role may change its own defaults; these are ours again.
        for place in
            select case when d.oid is null then '' else format('in database %I', d.datname) end
              from pg_db_role_setting s left join pg_database d on d.oid = s.setdatabase
             where s.setrole = role::regrole
        loop
            execute format('alter role %I %s reset all', role, place);
        end loop;
    end loop;
    execute format('revoke connect, temporary on database %I from public', current_database());

    -- What writes, or takes from others, without any right on a table: large objects, locks without
    -- a table, which share their room with all locks, files of snapshots, the write-ahead log.
    for called in
        select p.oid::regprocedure from pg_proc p
         where p.pronamespace = 'pg_catalog'::regnamespace
           and has_function_privilege('public', p.oid, 'execute')
           and (p.proname ~ '^(lo_|pg_(try_)?advisory_)' or p.proname in ('loread', 'lowrite',
                'pg_export_snapshot', 'pg_logical_emit_message', 'pg_notify'))
    loop
        execute format('revoke execute on function %s from public', called);
        execute format('grant execute on function %s to %s', called, owner);
    end loop;
end $$;

-- Rights go only to roles that are marked as ours: grants.sql looks for the first word.
comment on role writer is 'Jianbao: fills the archive; reads no address. 写入存档；读不到订阅者地址。';
comment on role mailer is 'Jianbao: subscribers, the outbox, and editions to send. 订阅者、发件箱与待发的简报。';
comment on role reader is 'Jianbao: reads the schema news and nothing else. 只读 news 模式。';

-- Defaults that the reader can change for a session; service/keeper.py ends what takes too long.
alter role reader set search_path = news;
alter role reader set default_transaction_read_only = on;
alter role reader set statement_timeout = '60s';
alter role reader set idle_in_transaction_session_timeout = '60s';
alter role reader connection limit 20;
-- Limits that only a superuser can change: what one connection may sort on disk, and errors that
-- would fill the server's log.
alter role reader set temp_file_limit = '500MB';
alter role reader set log_min_messages = panic;
