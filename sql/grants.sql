-- What each role may do, given by the archive's owner after every migration. Roles are found by
-- name and by their comment (roles.sql): a server of one's own may lack them, or have others of
-- these names.
-- 各角色的权限，每次迁移后由所有者授予。按名称与注释识别角色（见 roles.sql）。

do $$
declare
    ours text[] := array(
        select rolname from pg_roles
         where rolname in ('writer', 'mailer', 'reader')
           and shobj_description(oid, 'pg_authid') like 'Jianbao:%');
begin
    if 'reader' = any (ours) then
        grant usage on schema news to reader;
        grant select on all tables in schema news to reader;
        grant execute on all functions in schema news to reader;
    end if;
    if 'writer' = any (ours) then
        grant usage on schema archive, archive_schema, news to writer;
        grant select on archive_schema.applied to writer;
        grant select on all tables in schema news to writer;
        grant select, insert, update, delete on all tables in schema archive to writer;
        -- Marks are found anew when the rules of sameness change.
        grant truncate on archive.mark to writer;
        revoke all on archive.subscriber, archive.delivery, archive.link_key from writer;
        revoke insert, update, delete on archive.alarm from writer;
        revoke insert, update, delete on archive.deployment from writer;
        -- An edition is frozen.
        revoke update, delete on archive.edition, archive.edition_part from writer;
    end if;
    if 'mailer' = any (ours) then
        grant usage on schema archive, archive_schema to mailer;
        grant select on archive_schema.applied, archive.deployment, archive.edition,
            archive.edition_part, archive.link_key to mailer;
        grant select, insert, update on archive.subscriber, archive.delivery to mailer;
        grant select, insert on archive.alarm to mailer;
    end if;
end $$;
