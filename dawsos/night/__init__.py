"""The night: seven stages from a sealed pack to evaluated alerts.

``stages`` says what each stage does, ``chain`` claims and runs them one after another.
"""
