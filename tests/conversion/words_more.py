"""German and French word lists and patterns of prose.py, and mathematics with Greek letters."""

GERMAN = {
    "thing": ["der Messverstärker", "die Antenne", "der Empfänger", "die Steuerung", "der Filter", "die Zelle", "das Netzgerät", "die Prüfspitze", "der Taktgeber", "die Übertragung", "der Hauptschalter", "die Rückmeldung"],
    "does": ["begrenzt", "überwacht", "dämpft", "meldet", "verzögert", "ersetzt", "prüft", "verstärkt", "öffnet", "schützt"],
    "object": ["die Ausgangsleistung", "den Störpegel", "das Rauschmaß", "die Fühlertemperatur", "den Übergabewert", "die Nachbarzellen", "das Schließen des Ventils", "die gemessene Größe", "den Überlauf", "alle Zwischenwerte"],
    "when": ["nach {n} Sekunden", "bei {n} °C", "ab {f} Volt", "sobald die Lampe {n}-mal blinkt", "innerhalb von {n} ms", "unterhalb von {pct} %", "vor jedem Wechsel", "bis zum nächsten Abgleich"],
    "state": ["gestört ist", "übersteuert wird", "außer Betrieb ist", "zu heiß läuft", "den Grenzwert überschreitet", "nicht antwortet"],
    "place": ["im Prüffeld", "auf freier Strecke", "in großen Hallen", "bei Außenanlagen", "hinter der Abdeckung", "in der Nähe von Umrichtern"],
    "reason": ["weil der Fühler sich selbst erwärmt", "damit keine Lücke entsteht", "weil die Norm es verlangt", "damit der Verschleiß gering bleibt", "da sonst die Rückkopplung schwingt"],
    "title": ["Übersicht", "Messaufbau", "Grenzwerte", "Störungssuche", "Wartung und Pflege", "Einschalten", "Änderungen", "Anschlüsse", "Prüfergebnisse", "Lagerung", "Sicherheitshinweise", "Größen und Einheiten"],
    "document": ["Prüfbericht für Empfängerbaugruppen", "Bedienungsanleitung Messverstärker", "Handbuch der Funkstrecke", "Wartungsplan für Förderbänder", "Einführung in die Störmessung", "Abgleich von Taktgebern"],
    "item": ["Drehmomentschlüssel", "Prüfkabel", "Schutzhandschuhe", "Ersatzsicherung", "Abschlusswiderstand", "Dichtungsring"],
    "names": ["Dämpfung", "Öldruck", "Rauschmaß", "Pegel", "Anstiegszeit", "Fördermenge", "Lüfterdrehzahl", "Spannung", "Frequenz", "Verstärkung", "Welligkeit", "Wärmewiderstand"],
    "unit": ["dB", "bar", "V", "kHz", "ms", "°C", "U/min", "mm"],
    "terms": [("Abgleich", "das Einstellen auf einen bekannten Wert"), ("Dämpfung", "das Verhältnis von Eingang zu Ausgang"), ("Übersteuerung", "ein Pegel jenseits des linearen Bereichs"), ("Rauschmaß", "die Verschlechterung des Störabstands"), ("Totzeit", "die Zeit ohne Reaktion")],
    "patterns": ["{Thing} {does} {object} {when}.", "{Thing} {does} {object}, {reason}.", "Wenn {thing} {state}, {does} {thing2} {object}.", "Der Wert von {f} {unit} gilt {place} und {when}.", "{Place} {does} {thing} {object} {when}.",
                 "Erfahrungsgemäß genügen {n} {unit}, {reason}.", "Bitte prüfen Sie {when}, ob {thing} {state}.", "Größere Abweichungen als {pct} % sind {place} nicht zulässig.", "Für {object} gilt eine Obergrenze von {n} {unit}.",
                 "Von {n2} Prüfungen wurden {n} wiederholt, {reason}.", "Ohne {item} und {item2} darf nicht begonnen werden.", "Je länger {thing} {state}, desto öfter {does} {thing2} {object}."],
    "intros": ["Gehen Sie so vor:", "Zu beachten ist:", "Benötigt werden:", "Übliche Ursachen:", "Reihenfolge der Schritte:"],
}

FRENCH = {
    "thing": ["le récepteur", "l'antenne", "la cellule voisine", "le filtre d'entrée", "la commande", "l'amplificateur", "le capteur", "la réserve", "le réseau d'accès", "l'horloge", "la sonde", "le relais"],
    "does": ["limite", "surveille", "retarde", "signale", "protège", "répète", "vérifie", "détecte", "réduit", "écarte"],
    "object": ["la puissance émise", "le bruit de fond", "les mesures déjà reçues", "la température du boîtier", "l'écart de fréquence", "les appels en attente", "la durée d'établissement", "le débit garanti", "l'étage d'entrée"],
    "when": ["après {n} secondes", "à {n} °C", "au-delà de {f} volts", "dès que le voyant clignote {n} fois", "en moins de {n} ms", "en dessous de {pct} %", "avant chaque remplacement", "jusqu'à l'étalonnage suivant"],
    "state": ["est en défaut", "dépasse le seuil", "ne répond plus", "s'échauffe", "a été déplacé", "reste fermé"],
    "place": ["en zone côtière", "dans les tunnels", "au laboratoire", "près des ascenseurs", "à l'extérieur", "derrière le panneau"],
    "reason": ["parce que la sonde s'échauffe", "afin d'éviter les coupures", "car la norme l'exige", "pour que l'usure reste faible", "puisque l'erreur croît avec la distance"],
    "title": ["Présentation", "Montage de mesure", "Seuils et réglages", "Dépannage", "Entretien", "Mise en service", "Modifications", "Raccordements", "Résultats", "Sécurité", "Unités employées", "Réglage des voisines"],
    "document": ["Notice d'étalonnage", "Guide de réglage des cellules", "Rapport d'essai du récepteur", "Manuel d'entretien de la pompe", "Introduction aux mesures de bruit", "Fiche technique de l'amplificateur"],
    "item": ["clé dynamométrique", "câble d'essai", "gants de protection", "fusible de rechange", "charge adaptée", "joint torique"],
    "names": ["Gain", "Débit", "Atténuation", "Température", "Pression d'huile", "Fréquence", "Temps de montée", "Tension", "Niveau d'entrée", "Bruit propre", "Écart", "Résistance"],
    "unit": ["dB", "bar", "V", "kHz", "ms", "°C", "tr/min", "mm"],
    "terms": [("étalonnage", "le réglage sur une valeur connue"), ("atténuation", "le rapport entre l'entrée et la sortie"), ("seuil", "la valeur qui déclenche une action"), ("temps mort", "la durée sans réaction"), ("voisine", "une cellule reçue au même endroit")],
    "patterns": ["{Thing} {does} {object} {when}.", "{Thing} {does} {object}, {reason}.", "Lorsque {thing} {state}, {thing2} {does} {object}.", "La valeur de {f} {unit} est valable {place} et {when}.", "{Place}, {thing} {does} {object}.",
                 "En général {n} {unit} suffisent, {reason}.", "Vérifiez {when} que {thing} {does} {object}.", "Un écart supérieur à {pct} % n'est pas admis {place}.", "Pour {object}, la limite est de {n} {unit}.",
                 "Sur {n2} essais, {n} ont été répétés, {reason}.", "Préparez {item} et {item2} avant de commencer.", "Plus {thing} {does} {object}, plus {thing2} {state}."],
    "intros": ["Procédez ainsi :", "Points à retenir :", "Il faut :", "Causes habituelles :", "Étapes :"],
}

SYMBOLS = [
    "The estimate σ_{n} shrinks with 1/√n, so {n} samples give ±{f} %.",
    "With α = {f} and β = {f2}, the filter settles when |Δx| ≤ {n} µV.",
    "The loss grows as λ^{2}; at {n} GHz it is about {f} dB per metre.",
    "For R = {n} Ω and C = {f} µF the time constant τ is {f2} ms.",
    "We write η for the efficiency and θ for the angle; both depend on T_{amb}.",
    "The sum Σ of all weights must be ≥ {n} and ≠ {n2}.",
    "Phase φ turns by π/{n} for every step, i.e. {f}° ± {f2}°.",
    "Power P_{max} = U^{2}/R ≈ {f} W → reduce U by {pct} %.",
    "The set A ∩ B is empty, hence ρ ∈ [0, {f}] holds ∀ t > {n} s.",
    "At ω_{0} = {n} rad/s the gain |H| falls by 3 dB; Q = {f}.",
]
