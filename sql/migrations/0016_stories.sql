-- Stories keep the number of their first copy group, whatever becomes of it.
-- 事件始终以现存的首个转载组编号。

create index copy_group_told on archive.copy_group (id) where story is not null;

create function archive.renumber_story() returns trigger
language plpgsql
as $$
declare
    first bigint;
begin
    select min(id) into first from archive.copy_group where story = old.id;
    if first is not null then
        insert into archive.story (id, method)
        select first, method from archive.story where id = old.id on conflict do nothing;
        update archive.copy_group
           set story = first,
               story_matched = case when id <> first then nullif(story_matched, old.id) end,
               story_score = case when id <> first then story_score end
         where story = old.id;
    end if;
    delete from archive.story where id = old.id;
    return null;
end
$$;
comment on function archive.renumber_story is 'Gives a story another number when the copy group that it is numbered by goes or is renumbered. 首个转载组消失或改号时，为事件重新编号。';
create trigger copy_group_gone after delete on archive.copy_group
    for each row when (old.story = old.id) execute function archive.renumber_story();
create trigger copy_group_renumbered after update of id on archive.copy_group
    for each row when (old.story = old.id and new.id <> old.id)
    execute function archive.renumber_story();
