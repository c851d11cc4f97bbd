//! What shows a status, what is weaker than it could be, and what the desktop says.

use crate::language::Table;

pub(super) const TABLE: Table = &[
    (
        "The sign-in was interrupted while its tokens were fetched; whether they were saved is seen once the keychain is open.",
        "Die Anmeldung wurde unterbrochen, während ihre Token geholt wurden; ob sie gesichert sind, zeigt sich, wenn der Schlüsselbund offen ist.",
    ),
    (
        "The provider has answered; the tokens are being fetched.",
        "Der Anbieter hat geantwortet; die Token werden geholt.",
    ),
    (
        "The provider waits for you to enter the code on its page.",
        "Der Anbieter wartet auf die Eingabe des Codes auf seiner Seite.",
    ),
    ("The provider's page is open in your browser.", "Die Seite des Anbieters ist im Browser offen."),
    (
        "The browser could not be opened: copy the link and open it yourself.",
        "Der Browser ließ sich nicht öffnen: Link kopieren und selbst öffnen.",
    ),
    (
        "The provider refuses the client or its settings.",
        "Der Anbieter weist den Client oder seine Einstellungen ab.",
    ),
    ("The last sign-in did not succeed.", "Die letzte Anmeldung ist nicht gelungen."),
    ("There are no tokens.", "Es gibt keine Token."),
    (
        "The keychain did not have the tokens when it was read last; it is read again.",
        "Der Schlüsselbund hatte die Token nicht, als er zuletzt gelesen wurde; er wird wieder gelesen.",
    ),
    (
        "The stored tokens were damaged when they were read last; they are read again.",
        "Die gespeicherten Token waren beschädigt, als sie zuletzt gelesen wurden; sie werden wieder gelesen.",
    ),
    (
        "The newest refresh token may be lost, and the one before is refused.",
        "Das neueste Refresh-Token ist vielleicht verloren, und das vorige wird abgelehnt.",
    ),
    (
        "The provider no longer accepts the refresh token.",
        "Der Anbieter nimmt das Refresh-Token nicht mehr an.",
    ),
    ("The tokens are being revoked and deleted.", "Die Token werden widerrufen und gelöscht."),
    (
        "A disconnect was cut short: tokens may still be here, and valid at the provider. Disconnect again, or forget the connection.",
        "Ein Trennen wurde unterbrochen: Vielleicht sind noch Token hier, und beim Anbieter gültig. Erneut trennen oder die Verbindung entfernen.",
    ),
    (
        "The tokens are safe, and cannot be read until the keychain is open.",
        "Die Token sind sicher und erst lesbar, wenn der Schlüsselbund offen ist.",
    ),
    (
        "New tokens are being fetched; the old ones stay until then.",
        "Neue Token werden geholt; bis dahin bleiben die alten.",
    ),
    (
        "The server, asked about the access token, says that it is not active.",
        "Der Server, nach dem Access-Token gefragt, sagt, dass es nicht aktiv ist.",
    ),
    ("{host} no longer takes this token (HTTP 401).", "{host} nimmt dieses Token nicht mehr an (HTTP 401)."),
    (
        "The access token has ended; it is about to be renewed.",
        "Das Access-Token ist abgelaufen; es wird gleich erneuert.",
    ),
    (
        "The access token has ended, and by its date the refresh token too; a sign-in may be needed.",
        "Das Access-Token ist abgelaufen, nach seinem Datum auch das Refresh-Token; vielleicht ist eine Anmeldung nötig.",
    ),
    (
        "The access token has ended; it can be renewed.",
        "Das Access-Token ist abgelaufen; es lässt sich erneuern.",
    ),
    (
        "The access token has ended, and the provider gave no refresh token.",
        "Das Access-Token ist abgelaufen, und der Anbieter gab kein Refresh-Token.",
    ),
    (
        "The access token has ended, and could be renewed only before.",
        "Das Access-Token ist abgelaufen und war nur vorher erneuerbar.",
    ),
    (
        "This machine's clock was set back after the access token came, so it may have ended.",
        "Die Uhr dieses Rechners wurde nach Erhalt des Access-Tokens zurückgestellt; es ist vielleicht abgelaufen.",
    ),
    ("The access token is valid; its end is near.", "Das Access-Token ist gültig und läuft bald ab."),
    (
        "The provider issued the access token, and its end is ahead.",
        "Der Anbieter hat das Access-Token ausgestellt, und es ist noch nicht abgelaufen.",
    ),
    (
        "The provider issued the access token and does not say when it ends.",
        "Der Anbieter hat das Access-Token ausgestellt und sagt nicht, wann es abläuft.",
    ),
    (
        "New tokens have arrived and could not be saved; they are held in memory.",
        "Neue Token sind da und ließen sich nicht sichern; sie sind nur im Arbeitsspeicher.",
    ),
    (
        "The provider's file leads to another server; the tokens are kept.",
        "Die Anbieterdatei führt zu einem anderen Server; die Token bleiben.",
    ),
    (
        "The provider refuses the client or its settings; the tokens are kept.",
        "Der Anbieter weist den Client oder seine Einstellungen ab; die Token bleiben.",
    ),
    (
        "The provider could not be reached; the refresh token is kept.",
        "Der Anbieter war nicht erreichbar; das Refresh-Token bleibt.",
    ),
    (
        "The last try did not succeed; the refresh token is kept.",
        "Der letzte Versuch ist nicht gelungen; das Refresh-Token bleibt.",
    ),
    (
        "{tries} tries in a row did not succeed; the refresh token is kept.",
        "{tries} Versuche nacheinander sind nicht gelungen; das Refresh-Token bleibt.",
    ),
    // Weaker than it could be
    (
        "The last sign-in was as {account}; before it was {before}. The tokens from before were replaced here and not revoked: they may live on at the provider until they end.",
        "Die letzte Anmeldung war als {account}, die davor als {before}. Die Token von vorher wurden hier ersetzt und nicht widerrufen: Beim Anbieter können sie weiter gelten, bis sie ablaufen.",
    ),
    (
        "The provider could not be told yet to end the access of the last disconnect. The keychain keeps those tokens for that alone, and Tokenrack tries again for three days.",
        "Dem Anbieter konnte noch nicht gesagt werden, dass er den Zugriff des letzten Trennens beenden soll. Nur dafür verwahrt der Schlüsselbund jene Token, und Tokenrack versucht es drei Tage lang weiter.",
    ),
    (
        "The provider could not be told to end the access of the last disconnect. It would end a sign-in that is in use too, so it is told when that is disconnected. After three days those tokens are deleted.",
        "Dem Anbieter konnte nicht gesagt werden, dass er den Zugriff des letzten Trennens beenden soll. Er würde auch eine Anmeldung beenden, die in Gebrauch ist; deshalb erfährt er es, wenn die getrennt wird. Nach drei Tagen werden jene Token gelöscht.",
    ),
    (
        "The keychain did not have the tokens of the last disconnect, so the provider could not be told to end the access. For three days Tokenrack looks again, and ends them if they are there.",
        "Der Schlüsselbund hatte die Token des letzten Trennens nicht; deshalb konnte dem Anbieter nicht gesagt werden, dass er den Zugriff beenden soll. Drei Tage lang sieht Tokenrack wieder nach und beendet sie, wenn sie da sind.",
    ),
    (
        "The keychain did not let go yet of the tokens of the last disconnect. Nobody uses them, and Tokenrack tries again to delete them.",
        "Der Schlüsselbund hat die Token des letzten Trennens noch nicht hergegeben. Niemand verwendet sie, und Tokenrack versucht weiter, sie zu löschen.",
    ),
    (
        "This provider refuses PKCE, so only `state` protects the sign-in against a stolen redirect.",
        "Dieser Anbieter lehnt PKCE ab; nur `state` schützt die Anmeldung vor einem gestohlenen Redirect.",
    ),
    (
        "{id}.toml brings scripts of its own, which are given the code, tokens and secret of its connections.",
        "{id}.toml bringt eigene Skripte mit, die Code, Token und Secret seiner Verbindungen bekommen.",
    ),
    (
        "Your file {file} changes the built-in {name} and decides where codes and tokens go.",
        "Ihre Datei {file} ändert das mitgelieferte {name} und bestimmt, wohin Codes und Token gehen.",
    ),
    (
        "Your file {file} replaces the built-in {name} and decides where codes and tokens go.",
        "Ihre Datei {file} ersetzt das mitgelieferte {name} und bestimmt, wohin Codes und Token gehen.",
    ),
    // On the desktop
    ("“{name}” will need a sign-in soon", "„{name}“ braucht bald eine Anmeldung"),
    ("Connect again before its tokens end.", "Neu verbinden, bevor die Token ablaufen."),
    ("“{name}” needs a sign-in", "„{name}“ braucht eine Anmeldung"),
    (
        "The provider no longer accepts the last one. Connect again.",
        "Der Anbieter nimmt die letzte nicht mehr an. Neu verbinden.",
    ),
    ("“{name}” cannot be refreshed", "„{name}“ lässt sich nicht erneuern"),
    (
        "The client's settings or the provider's file have to be corrected.",
        "Die Einstellungen des Clients oder die Anbieterdatei sind zu berichtigen.",
    ),
    ("The keychain has no tokens of “{name}”", "Der Schlüsselbund hat keine Token von „{name}“"),
    (
        "Start or unlock the keyring that has them, or connect again.",
        "Den Schlüsselbund starten oder entsperren, der sie hat, oder neu verbinden.",
    ),
    ("“{name}” could not be refreshed for three days", "„{name}“ ließ sich seit drei Tagen nicht erneuern"),
    ("Tokenrack goes on trying once an hour.", "Tokenrack versucht es stündlich weiter."),
    ("New tokens of “{name}” are not saved", "Neue Token von „{name}“ sind nicht gesichert"),
    (
        "Unlock the keychain before you close Tokenrack: they are only in its memory.",
        "Vor dem Schließen von Tokenrack den Schlüsselbund entsperren: Sie sind nur im Arbeitsspeicher.",
    ),
    ("Show", "Anzeigen"),
    // In the tray
    ("Not connected", "Nicht verbunden"),
    ("Waiting for browser", "Wartet auf Browser"),
    ("Connected", "Verbunden"),
    ("Expires soon", "Läuft bald ab"),
    ("Refreshing", "Wird erneuert"),
    ("Expired", "Abgelaufen"),
    ("Offline", "Offline"),
    ("Retrying", "Neuer Versuch"),
    ("Action needed", "Anmeldung nötig"),
    ("Provider error", "Anbieterfehler"),
    ("Keychain locked", "Tresor gesperrt"),
    ("Unsaved", "Ungesichert"),
    ("{connected} connected.", "{connected} verbunden."),
    ("{connected} connected, 1 needs you.", "{connected} verbunden, 1 zu erledigen."),
    ("{connected} connected, {need} need you.", "{connected} verbunden, {need} zu erledigen."),
    ("No connections yet.", "Noch keine Verbindungen."),
    ("The connections could not be read.", "Die Verbindungen ließen sich nicht lesen."),
    ("And {more} more…", "Und {more} weitere …"),
    ("Copy token", "Token kopieren"),
    ("Open Tokenrack", "Tokenrack öffnen"),
    ("Quit", "Beenden"),
    ("Tokenrack goes on in the tray", "Tokenrack läuft im Infobereich weiter"),
    (
        "It keeps your connections fresh. Quit it in its menu there; the settings decide what closing does.",
        "Es hält Ihre Verbindungen frisch. Beenden lässt es sich dort in seinem Menü; was das Schließen tut, sagen die Einstellungen.",
    ),
    // In the browser, after a sign-in
    ("Connected: {name}", "Verbunden: {name}"),
    ("Signed in as {account}; before it was {before}.", "Angemeldet als {account}; vorher war es {before}."),
    (
        "You can close this tab and return to Tokenrack.",
        "Dieser Tab kann geschlossen werden; weiter geht es in Tokenrack.",
    ),
    ("Tokenrack has taken over", "Tokenrack hat übernommen"),
    ("The result is shown in Tokenrack.", "Das Ergebnis zeigt Tokenrack."),
    ("Nothing to do here", "Hier ist nichts zu tun"),
    (
        "This address waits for the answer of a sign-in. Start one in Tokenrack with Connect.",
        "Diese Adresse wartet auf die Antwort einer Anmeldung. Sie beginnt in Tokenrack mit Verbinden.",
    ),
];
