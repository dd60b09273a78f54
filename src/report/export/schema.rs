//! The published columns.

use serde_json::{Value, json};

use crate::store::crawl::table::{Form, TABLES, VERSION};

/// Every table with its columns, for programs.
pub fn schema() -> Value {
    let tables = TABLES.iter().map(|table| {
        let columns = table.columns.iter();
        let columns = columns.map(|it| json!({"name": it.name, "form": word(it.form), "says": it.says}));
        json!({"table": table.name, "columns": columns.collect::<Vec<_>>()})
    });
    json!({"v": VERSION, "items": tables.collect::<Vec<_>>(), "next": null})
}

/// How `form` is called.
pub const fn word(form: Form) -> &'static str {
    match form {
        Form::Text | Form::Packed | Form::PostKind | Form::Privacy | Form::RoomState => "text",
        Form::List => "list",
        Form::Number => "number",
        Form::Flag => "boolean",
        Form::Moment => "time",
    }
}
