"""What stands behind `./recto`: one module per verb."""
