//! What is wrong with a provider file, and what becomes of another program's document. Found again as
//! [causes](super::causes) are.

use crate::language::Table;

pub(super) const TABLE: Table = &[
    ("{why}; write {instead}", "{why}; richtig wäre {instead}"),
    // The file as a whole
    ("`{key}` is missing", "`{key}` fehlt"),
    ("unknown key", "unbekannter Schlüssel"),
    ("{key} at the top of the file", "{key} am Anfang der Datei"),
    (
        "looks like a secret; a provider file never holds one",
        "sieht wie ein Geheimnis aus; eine Anbieterdatei enthält nie eines",
    ),
    ("expected {why}", "erwartet wird {why}"),
    ("true or false", "true oder false"),
    ("a whole number", "eine ganze Zahl"),
    ("a list, like [\"none\"]", "eine Liste, wie [\"none\"]"),
    ("tables under [[lookup]]", "Tabellen unter [[lookup]]"),
    ("a table", "eine Tabelle"),
    ("a text in quotation marks", "ein Text in Anführungszeichen"),
    ("a date is written in quotation marks", "ein Datum steht in Anführungszeichen"),
    ("{word} is not one of {list}", "{word} ist keines von {list}"),
    ("this program reads schema 1, not {schema}", "dieses Programm liest Schema 1, nicht {schema}"),
    ("lower-case letters, digits and hyphens only", "nur Kleinbuchstaben, Ziffern und Bindestriche"),
    ("the file is called {name}", "die Datei heißt {name}"),
    ("{name}, or rename the file", "{name}, oder die Datei umbenennen"),
    ("people need a name", "Menschen brauchen einen Namen"),
    (
        "one line of at most {longest} visible characters",
        "eine Zeile mit höchstens {longest} sichtbaren Zeichen",
    ),
    ("not a date", "kein Datum"),
    ("an empty source", "eine leere Quelle"),
    (
        "needs `issuer`, `metadata_url`, `resource`, or `authorization_endpoint` with `token_endpoint`",
        "braucht `issuer`, `metadata_url`, `resource` oder `authorization_endpoint` mit `token_endpoint`",
    ),
    // What it starts from
    ("goes in a circle: {list}", "geht im Kreis: {list}"),
    ("{file} has mistakes of its own", "{file} hat selbst Fehler"),
    ("there is no built-in provider {id} to change", "es gibt keinen mitgelieferten Anbieter {id} zu ändern"),
    ("there is no provider {id}", "es gibt keinen Anbieter {id}"),
    (
        "scripts: a file of the catalog never carries code",
        "scripts: Eine Datei des Katalogs enthält nie Code",
    ),
    // Scripts
    (
        "a script lies beside the provider file: its name alone",
        "ein Skript liegt neben der Anbieterdatei: nur sein Name",
    ),
    ("there is no readable file {words} beside this one", "neben dieser liegt keine lesbare Datei {words}"),
    ("longer than {most} KB", "länger als {most} KB"),
    (
        "neither the name of a .js file nor a script that sets exports.{function}",
        "weder der Name einer .js-Datei noch ein Skript, das exports.{function} setzt",
    ),
    (
        "\"{function}.js\", with that file beside this one",
        "\"{function}.js\", mit dieser Datei neben der Anbieterdatei",
    ),
    // Scopes, answers, the client
    ("scopes need something between them", "zwischen Scopes muss etwas stehen"),
    ("this parameter means something else", "dieser Parameter bedeutet etwas anderes"),
    ("{scope} is not one scope (RFC 6749 §3.3)", "{scope} ist kein einzelner Scope (RFC 6749 §3.3)"),
    ("not a scope (RFC 6749 §3.3)", "kein Scope (RFC 6749 §3.3)"),
    ("with `defined_on_app` no scope is sent", "mit `defined_on_app` wird kein Scope gesendet"),
    ("needs `absent`, or `pointer` with `equals`", "braucht `absent` oder `pointer` mit `equals`"),
    ("{pointer} {why} (RFC 6901)", "{pointer} {why} (RFC 6901)"),
    ("is not a pointer: it begins with `/`", "ist kein Zeiger: Er beginnt mit `/`"),
    (
        "is not a pointer: `~` is written `~0`, and `/` inside a name `~1`",
        "ist kein Zeiger: `~` wird `~0` geschrieben, und `/` in einem Namen `~1`",
    ),
    ("needs a `pointer`", "braucht ein `pointer`"),
    ("there must be an access token", "ein Access-Token muss es geben"),
    ("never needs `sources` that say so", "never braucht `sources`, die das sagen"),
    ("needs `server.device_authorization_endpoint`", "braucht `server.device_authorization_endpoint`"),
    ("needs `server.registration_endpoint`", "braucht `server.registration_endpoint`"),
    ("none of these can be done here", "keines davon geht hier"),
    ("client_secret_basic, client_secret_post or none", "client_secret_basic, client_secret_post oder none"),
    (
        "the client has a secret and no way to send it",
        "der Client hat ein Secret und keinen Weg, es zu senden",
    ),
    ("rfc7009 needs `server.revocation_endpoint`", "rfc7009 braucht `server.revocation_endpoint`"),
    (
        "none, although `server.revocation_endpoint` is there",
        "none, obwohl es `server.revocation_endpoint` gibt",
    ),
    // Parameters
    (
        "a parameter of the protocol is not for a file to set",
        "ein Parameter des Protokolls ist nicht von einer Datei zu setzen",
    ),
    ("a provider file never holds a secret", "eine Anbieterdatei enthält nie ein Geheimnis"),
    ("not a parameter of the protocol", "kein Parameter des Protokolls"),
    (
        "its value is not for a file to set; only those of {list} are",
        "seinen Wert setzt keine Datei; sie setzt nur die von {list}",
    ),
    (
        "{value} hands tokens or passwords around, and is refused",
        "{value} reicht Token oder Passwörter herum und wird abgelehnt",
    ),
    (
        "a request object (RFC 9101) is not for a file to set",
        "ein Request-Objekt (RFC 9101) ist nicht von einer Datei zu setzen",
    ),
    ("{name} is no parameter's name", "{name} ist kein Name eines Parameters"),
    ("`{name}` would be sent twice", "`{name}` würde zweimal gesendet"),
    ("`{name}` means something else", "`{name}` bedeutet etwas anderes"),
    (
        "{name} is not a parameter of the protocol, so it is not sent",
        "{name} ist kein Parameter des Protokolls und wird darum nicht gesendet",
    ),
    ("{name} is always sent", "{name} wird immer gesendet"),
    ("{name} is read anyway", "{name} wird ohnehin gelesen"),
    (
        "{name} names a secret, which is never kept this way",
        "{name} benennt ein Geheimnis, das nie so verwahrt wird",
    ),
    ("{name} is not kept", "{name} wird nicht verwahrt"),
    (
        "a name is a letter, then letters, digits and `_`",
        "ein Name ist ein Buchstabe, dann Buchstaben, Ziffern und `_`",
    ),
    ("points at a secret, which is never kept this way", "zeigt auf ein Geheimnis, das nie so verwahrt wird"),
    (
        "`{name}` is not a variable that a person is asked for",
        "`{name}` ist keine Variable, nach der jemand gefragt wird",
    ),
    ("a `{` without its `}`", "ein `{` ohne sein `}`"),
    ("a `}` without its `{`", "ein `}` ohne sein `{`"),
    (
        "`{name}` is not a name: use letters, digits and `_`",
        "`{name}` ist kein Name: Buchstaben, Ziffern und `_` verwenden",
    ),
    // Requests of the provider's own
    ("`graphql` is sent in its place", "stattdessen wird `graphql` gesendet"),
    ("GET has no body", "GET hat keinen Body"),
    ("an empty query", "eine leere Abfrage"),
    ("there is no `body`", "es gibt kein `body`"),
    (
        "{access_token} or another name that is filled in",
        "{access_token} oder ein anderer Name, der eingesetzt wird",
    ),
    ("a lookup sends no secret in its address", "ein Lookup sendet kein Geheimnis in seiner Adresse"),
    ("`{name}` is not filled in here", "`{name}` wird hier nicht eingesetzt"),
    ("not a header (RFC 9110 §5)", "kein Header (RFC 9110 §5)"),
    ("this header belongs to the connection", "dieser Header gehört zur Verbindung"),
    (
        "a file never holds a secret, only the scheme and the name of one",
        "eine Datei enthält nie ein Geheimnis, nur das Schema und dessen Namen",
    ),
    ("style \"request\" needs `url`", "style \"request\" braucht `url`"),
    ("a request is described, and not used", "eine Anfrage ist beschrieben und wird nicht verwendet"),
    ("a request needs `url`", "eine Anfrage braucht `url`"),
    ("needs `{key}`", "braucht `{key}`"),
    (
        "needs `url`, or an `account.url` whose answer it reads",
        "braucht `url` oder ein `account.url`, dessen Antwort es liest",
    ),
    (
        "a header's name, and the token with its scheme",
        "der Name eines Headers, und das Token mit seinem Schema",
    ),
    ("{host} is not a host, nor `*.` and a domain", "{host} ist weder ein Host noch `*.` und eine Domain"),
    // Addresses
    (
        "`{name}` stands for a claim here, and is also a variable",
        "`{name}` steht hier für einen Claim und ist zugleich eine Variable",
    ),
    (
        "the parameter `{name}` is not for a file to set",
        "der Parameter `{name}` ist nicht von einer Datei zu setzen",
    ),
    ("`{name}` is not declared", "`{name}` ist nicht vereinbart"),
    (
        "[vars.{name}] with `source`, `pattern` and `allow`",
        "[vars.{name}] mit `source`, `pattern` und `allow`",
    ),
    ("`{name}` stands in the host, and is no variable", "`{name}` steht im Host und ist keine Variable"),
    (
        "`{name}` is not known yet when a person opens this page",
        "`{name}` ist noch nicht bekannt, wenn jemand diese Seite öffnet",
    ),
    ("a `default` in [vars.{name}]", "ein `default` in [vars.{name}]"),
    (
        "`{name}` is not known yet when this is used",
        "`{name}` ist noch nicht bekannt, wenn dies verwendet wird",
    ),
    (
        "`{name}` is free text, and stands in parameters and headers only",
        "`{name}` ist freier Text und steht nur in Parametern und Headern",
    ),
    (
        "`{name}` is a whole address and must come first",
        "`{name}` ist eine ganze Adresse und muss am Anfang stehen",
    ),
    ("must begin with https://, not with `{name}`", "muss mit https:// beginnen, nicht mit `{name}`"),
    (
        "`{name}` with a port or path can only be the host",
        "`{name}` mit Port oder Pfad kann nur der Host sein",
    ),
    (
        "`{name}` is one part of a host name: a fixed domain must follow",
        "`{name}` ist ein Teil eines Hostnamens: Eine feste Domain muss folgen",
    ),
    ("`{name}` must be the end of the host", "`{name}` muss das Ende des Hosts sein"),
    (
        "`{name}` stands in the host, so its pattern must be host, host_port or label",
        "`{name}` steht im Host; sein Muster muss darum host, host_port oder label sein",
    ),
    (
        "a URL has no spaces, control characters or backslashes",
        "eine URL hat keine Leerzeichen, Steuerzeichen oder Backslashes",
    ),
    ("not a URL", "keine URL"),
    ("not a whole URL", "keine ganze URL"),
    ("an address like https://example.com/oauth/token", "eine Adresse wie https://example.com/oauth/token"),
    (
        "a URL must not hold a user name or password",
        "eine URL darf weder Benutzernamen noch Passwort enthalten",
    ),
    ("a URL here has no `#` part", "eine URL hat hier keinen Teil mit `#`"),
    ("must be https (http only on loopback)", "muss https sein (http nur auf dem Loopback)"),
    ("must be https", "muss https sein"),
    // Variables
    (
        "this name is filled in by requests of the provider's own",
        "diesen Namen setzen Anfragen des Anbieters selbst ein",
    ),
    ("used nowhere", "nirgends verwendet"),
    ("{value} is no value for it", "{value} ist kein Wert dafür"),
    ("people need a `title`", "Menschen brauchen ein `title`"),
    (
        "only for a value that a server says; a person's is held to `pattern` and `enum`",
        "nur für einen Wert, den ein Server sagt; für den eines Menschen gelten `pattern` und `enum`",
    ),
    ("store = {name} in a [[lookup]]", "store = {name} in einem [[lookup]]"),
    ("nothing keeps this value", "nichts verwahrt diesen Wert"),
    (
        "a server may not say a port, a whole address or free text",
        "ein Server darf keinen Port, keine ganze Adresse und keinen freien Text sagen",
    ),
    (
        "a server says this value, so the file lists what is taken",
        "ein Server sagt diesen Wert; darum führt die Datei auf, was genommen wird",
    ),
    ("{value} would let any host in", "{value} ließe jeden Host zu"),
    ("{value} is not `*.` and a domain", "{value} ist nicht `*.` und eine Domain"),
    ("\"*.example.com\", or the whole host", "\"*.example.com\" oder der ganze Host"),
    ("{value} is not in `allow`", "{value} steht nicht in `allow`"),
    // What a value looks like
    (
        "nothing: the provider file asks for the unknown pattern `{pattern}`",
        "nichts: Die Anbieterdatei verlangt das unbekannte Muster `{pattern}`",
    ),
    ("only the host name: {host}", "nur den Hostnamen: {host}"),
    ("the ASCII form: {host}", "die ASCII-Form: {host}"),
    (
        "only a host name, like gitlab.example.com, without https:// and without a path",
        "nur einen Hostnamen wie gitlab.example.com, ohne https:// und ohne Pfad",
    ),
    ("the host name without a port: {host}", "den Hostnamen ohne Port: {host}"),
    ("a port from 1 to 65535", "ein Port von 1 bis 65535"),
    (
        "one part of a host name: letters, digits and hyphens, like my-company",
        "ein Teil eines Hostnamens: Buchstaben, Ziffern und Bindestriche, wie my-company",
    ),
    ("an id like 00000000-0000-0000-0000-000000000000", "eine ID wie 00000000-0000-0000-0000-000000000000"),
    ("letters, digits, `-`, `.`, `_` and `~` only", "nur Buchstaben, Ziffern, `-`, `.`, `_` und `~`"),
    (
        "parts of letters, digits, `-`, `.`, `_` and `~`, with `/` between",
        "Teile aus Buchstaben, Ziffern, `-`, `.`, `_` und `~`, mit `/` dazwischen",
    ),
    (
        "a host name, and a path if there is one, like sso.example.com/auth, without https://",
        "ein Hostname, und ein Pfad, wenn es einen gibt, wie sso.example.com/auth, ohne https://",
    ),
    (
        "one line of ASCII characters, without braces",
        "eine Zeile aus ASCII-Zeichen, ohne geschweifte Klammern",
    ),
    (
        "common, organizations, consumers, a tenant id or a domain like contoso.onmicrosoft.com",
        "common, organizations, consumers, eine Mandanten-ID oder eine Domain wie contoso.onmicrosoft.com",
    ),
    ("an address like https://login.example.com", "eine Adresse wie https://login.example.com"),
    ("the issuer itself: {issuer}", "der Issuer selbst: {issuer}"),
    ("the whole address: https://{value}", "die ganze Adresse: https://{value}"),
    ("{why}, without `?` and what follows", "{why}, ohne `?` und was folgt"),
    ("{why}, with a host name", "{why}, mit einem Hostnamen"),
    // Another program's document
    ("the document is larger than {most} KiB", "das Dokument ist größer als {most} KiB"),
    ("not a YAML or JSON document: {why}", "kein Dokument in YAML oder JSON: {why}"),
    ("the document is not a table of keys", "das Dokument ist keine Tabelle von Schlüsseln"),
    (
        "there is no authorization or token endpoint in it",
        "darin ist weder ein Autorisierungs- noch ein Token-Endpunkt",
    ),
    (
        "{count} servers are in it; choose one by its id: {list}",
        "darin sind {count} Server; einen mit seiner ID wählen: {list}",
    ),
    ("not used by Tokenrack", "von Tokenrack nicht verwendet"),
    ("metadata with a wrong value: {why}", "Metadaten mit einem falschen Wert: {why}"),
    ("not understood", "nicht verstanden"),
    ("a secret, which a provider file never holds", "ein Geheimnis, das eine Anbieterdatei nie enthält"),
    ("the standard's own value, which needs no word", "der Wert des Standards, der nicht gesagt werden muss"),
    ("belongs to a connection, not to a provider", "gehört zu einer Verbindung, nicht zu einem Anbieter"),
    ("said twice, in two ways", "zweimal gesagt, auf zwei Arten"),
    (
        "holds `${…}`, which the other program fills in; write a variable of this file in its place",
        "enthält `${…}`, was das andere Programm einsetzt; eine Variable dieser Datei dafür schreiben",
    ),
    ("a script is one text", "ein Skript ist ein Text"),
    ("not needed beside whole addresses", "neben ganzen Adressen nicht nötig"),
    (
        "a part of an address, and nothing says of which server",
        "ein Teil einer Adresse, und nichts sagt, von welchem Server",
    ),
    // Saving it
    (
        "an id has lower-case letters, digits and hyphens",
        "eine ID hat Kleinbuchstaben, Ziffern und Bindestriche",
    ),
    ("a provider file has at most {most} KiB", "eine Anbieterdatei hat höchstens {most} KiB"),
    (
        "{place} has been changed by another program meanwhile",
        "{place} wurde inzwischen von einem anderen Programm geändert",
    ),
    (
        "{place} is there already; choose another id, or remove it",
        "{place} gibt es schon; eine andere ID wählen oder die Datei entfernen",
    ),
];
