defmodule App.MixProject do
  use Mix.Project
  def project, do: [app: :lift_status, version: "1.0.0", elixir: "~> 1.16"]
end
